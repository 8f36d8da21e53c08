package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Failed;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The status of databases of every origin; reading it changes nothing. */
class SchemaStatusIT {

    private static final long NEWEST = 20261120000000L;
    private static final ServiceVersion FIRST = new ServiceVersion(1, 0, 1);

    static Stream<Long> versions() {
        return new Migrations(new PGSimpleDataSource()).bundled().stream().map(SchemaVersion::number);
    }

    static Stream<Long> recorded() {
        return versions().filter(version -> version <= Dumps.NEWEST);
    }

    @Test
    void emptyDatabaseIsReportedAsEmpty() throws SQLException {
        try (TestDatabase database = TestDatabases.empty()) {
            assertStatus(database, SchemaState.EMPTY, 0, 14, Optional.empty());
        }
    }

    @Test
    void databaseWithRowZeroOfGooseOnlyIsEmptyAndCanBeUpgraded() throws SQLException {
        try (TestDatabase database = TestDatabases.empty()) {
            Dumps.addGooseLedger(database, 0);
            assertStatus(database, SchemaState.EMPTY, 0, 14, Optional.empty());
            assertInstanceOf(UpgradeOutcome.Upgraded.class, new Migrations(database.dataSource()).upgrade());
            assertStatus(database, SchemaState.FLYWAY, NEWEST, 0, Optional.of(FIRST));
        }
    }

    @Test
    void tablesWithoutLedgerAreSchemaZero() throws SQLException {
        try (TestDatabase database = Dumps.restored(1)) {
            assertStatus(database, SchemaState.NO_LEDGER, 0, 14, Optional.empty());
        }
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("recorded")
    void goosesLedgerDeterminesTheVersion(long version) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(version)) {
            long pending = versions().filter(one -> one > version).count();
            assertStatus(database, SchemaState.GOOSE, version, (int) pending, Optional.empty());
        }
    }

    @Test
    void goosesLedgerWithoutMigrationsIsSchemaZero() throws SQLException {
        try (TestDatabase database = Dumps.restored(1)) {
            Dumps.addGooseLedger(database, 0);
            assertStatus(database, SchemaState.GOOSE, 0, 14, Optional.empty());
        }
    }

    @Test
    void revokedVersionInGoosesLedgerDoesNotCount() throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGoose(Dumps.NEWEST)) {
            database.execute("DELETE FROM goose_db_version WHERE version_id >= 20260706000000");
            assertStatus(database, SchemaState.GOOSE, 20260615000000L, 5, Optional.empty());
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20260615000000, false)");
            assertStatus(database, SchemaState.GOOSE, 20230118020300L, 6, Optional.empty());
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20260615000000, true)");
            assertStatus(database, SchemaState.GOOSE, 20260615000000L, 5, Optional.empty());
        }
    }

    @Test
    void newestRowOfGoosesLedgerCountsNotTheHighestNumber() throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGoose(Dumps.NEWEST)) {
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20230118020300, true)");
            assertStatus(database, SchemaState.GOOSE, 20230118020300L, 6, Optional.empty());
        }
    }

    @Test
    void allMigrationsCountAsPendingOnAnUnknownVersion() throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGoose(Dumps.NEWEST)) {
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20990101000000, true)");
            assertStatus(database, SchemaState.GOOSE, 20990101000000L, 14, Optional.empty());
        }
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("versions")
    void ourLedgerDeterminesTheVersion(long version) throws SQLException {
        try (TestDatabase database = TestDatabases.at(version)) {
            long pending = versions().filter(one -> one > version).count();
            assertStatus(database, SchemaState.FLYWAY, version, (int) pending, Optional.of(FIRST));
            assertEquals(
                    new AlreadyCurrent(new SchemaVersion(version)),
                    new Migrations(database.dataSource()).upgradeTo(new SchemaVersion(1)));
        }
    }

    @Test
    void ourLedgerTakesPrecedenceOverGooses() throws SQLException {
        try (TestDatabase database = TestDatabases.at(20230118020300L)) {
            database.execute("DELETE FROM goose_db_version WHERE version_id > 1");
            assertStatus(database, SchemaState.FLYWAY, 20230118020300L, 6, Optional.of(FIRST));
            // The reference upgraded the database later to a version that this build does not know.
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20990101000000, true)");
            assertStatus(database, SchemaState.FLYWAY, 20990101000000L, 14, Optional.of(FIRST));
            assertRefused(database, 20990101000000L);
        }
    }

    @Test
    void newerReferenceIsDetectedEvenIfItsNumberIsBelowOurNewest() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20260901000000, true)");
            assertStatus(database, SchemaState.FLYWAY, 20260901000000L, 14, Optional.of(FIRST));
            assertRefused(database, 20260901000000L);
        }
    }

    @Test
    void schemaOfANewerBuildIsUnknownAndNotUpgraded() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(
                    "INSERT INTO flyway_schema_history"
                            + " SELECT 99, '29990101000000', 'later', 'SQL', 'V29990101000000__later.sql', 1, 'x', now(), 1, true");
            database.execute("UPDATE metaservice_floor SET lowest_service = '4.0.0'");
            assertStatus(database, SchemaState.FLYWAY, 29990101000000L, 14, Optional.of(new ServiceVersion(4, 0, 0)));
            assertRefused(database, 29990101000000L);
        }
    }

    @Test
    void failedMigrationDoesNotCountAsApplied() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("INSERT INTO flyway_schema_history"
                    + " SELECT 99, '20200603104139', 'x', 'SQL', 'x.sql', 1, 'x', now(), 1, false");
            assertStatus(database, SchemaState.FLYWAY, 1, 13, Optional.of(FIRST));
        }
    }

    @Test
    void ledgerWithoutTablesIsEmptyAndNotUpgraded() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("DROP TABLE flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3");
            assertStatus(database, SchemaState.EMPTY, 0, 14, Optional.of(FIRST));
            assertRefused(database, 0);
        }
    }

    @Test
    void unexpectedColumnFailsTheUpgradeBeforeAnyChange() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            List<String> before = Catalog.of(database);
            database.execute("ALTER TABLE tasks_v3 ADD COLUMN task_name varchar(10)");
            Migrations migrations = new Migrations(database.dataSource());
            Failed failed = assertInstanceOf(Failed.class, migrations.upgrade());
            assertTrue(
                    failed.reason()
                            .contains("tasks_v3.task_name is character varying(10), expected character varying(255)"),
                    failed.reason());
            assertStatus(database, SchemaState.FLYWAY, 1, 13, Optional.of(FIRST));

            database.execute("ALTER TABLE tasks_v3 DROP COLUMN task_name");
            // A dropped column keeps its position, so compare only lines that exist before.
            assertEquals(
                    before,
                    Catalog.of(database).stream().filter(before::contains).toList());
            assertEquals(
                    List.of(),
                    database.query("SELECT FROM information_schema.columns"
                            + " WHERE table_name = 'runs_v3' AND column_name = 'run_id'"));
            assertInstanceOf(UpgradeOutcome.Upgraded.class, migrations.upgrade());
        }
    }

    @Test
    void unreachableDatabaseIsAFailure() {
        DatabaseConfig config =
                DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_HOST", "localhost", "MF_METADATA_DB_PORT", "1"));
        Migrations migrations = new Migrations(config.dataSource());
        assertThrows(SQLException.class, migrations::status);
        assertInstanceOf(Failed.class, migrations.upgrade());
    }

    private static void assertStatus(
            TestDatabase database, SchemaState state, long version, int pending, Optional<ServiceVersion> lowest)
            throws SQLException {
        List<List<Object>> before = fingerprint(database);
        SchemaStatus status = new Migrations(database.dataSource()).status();
        List<SchemaVersion> bundled = status.bundled();
        assertEquals(
                new SchemaStatus(
                        state,
                        new SchemaVersion(version),
                        bundled,
                        bundled.subList(bundled.size() - pending, bundled.size()),
                        false,
                        lowest,
                        Optional.empty(),
                        status.lastUpgrade(),
                        List.of(),
                        "public",
                        List.of()),
                status);
        assertEquals(pending == 0, status.isUpToDate());
        assertEquals(before, fingerprint(database), "reading the status changed something");
    }

    private static void assertRefused(TestDatabase database, long found) {
        List<List<Object>> before = fingerprint(database);
        Refused refused = assertInstanceOf(Refused.class, new Migrations(database.dataSource()).upgrade());
        assertEquals(new SchemaVersion(found), refused.found());
        assertFalse(refused.reason().isBlank() || refused.remedy().isBlank());
        assertEquals(before, fingerprint(database), "a refused upgrade changed something");
    }

    /**
     * All relations in the schema, and position and transaction ids of each row. Not the statistics of the server,
     * which are updated with a delay.
     */
    private static List<List<Object>> fingerprint(TestDatabase database) {
        List<List<Object>> all =
                new ArrayList<>(database.query("SELECT relname, relkind::text, relfilenode FROM pg_class"
                        + " WHERE relnamespace = 'public'::regnamespace ORDER BY 1"));
        for (List<Object> relation : List.copyOf(all)) {
            if (relation.get(1).equals("r")) {
                all.addAll(database.query("SELECT ctid::text, xmin::text, xmax::text FROM " + relation.get(0)));
            }
        }
        return all;
    }
}

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Failed;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upgrade adopts a database of the reference implementation completely, and its ledger stays usable by the
 * reference.
 */
class AdoptionIT {

    private static final SchemaVersion NEWEST = new SchemaVersion(20261120000000L);

    /** Ends the session that inserts the row. */
    private static final String END_SESSION = """
            CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_terminate_backend(pg_backend_pid());
                RETURN NEW;
            END $$;
            CREATE TRIGGER end_session BEFORE INSERT ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION end_session();
            """;

    static Stream<Long> recorded() {
        return SchemaShapesIT.recorded();
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("recorded")
    void databaseOfTheReferenceIsAdoptedAndUpgraded(long version) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(version)) {
            List<List<Object>> rows = Dumps.rows(database);
            List<List<Object>> goose =
                    database.query("SELECT id, version_id, tstamp FROM goose_db_version ORDER BY id");
            Migrations migrations = new Migrations(database.dataSource());

            assertEquals(new Upgraded(new SchemaVersion(version), NEWEST), migrations.upgrade());

            assertEquals(rows, Dumps.rows(database));
            assertSchemaIsTheNewest(database);
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            assertEquals(
                    goose,
                    database.query("SELECT id, version_id, tstamp FROM goose_db_version ORDER BY id")
                            .subList(0, goose.size()),
                    "the reference's rows stay as they are");
            assertEquals(
                    List.of(List.of(Long.toString(version), "BASELINE")),
                    database.query("SELECT version, type FROM flyway_schema_history WHERE installed_rank = 1"));
            assertEquals(new AlreadyCurrent(NEWEST), migrations.upgrade());
        }
    }

    @ParameterizedTest(name = "schema {0}")
    @ValueSource(longs = {1, 20230118020300L, 20260706000003L})
    void adoptionWithoutMigrationsWritesOnlyLedgers(long version) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(version)) {
            List<String> schema = Catalog.of(database);
            SchemaVersion at = new SchemaVersion(version);
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(new Upgraded(at, at), migrations.upgradeTo(at));
            assertEquals(SchemaState.FLYWAY, migrations.status().state());
            assertEquals(at, migrations.status().schemaVersion());
            assertEquals(schema, Catalog.of(database));
            assertEquals(gooseRowsUpTo(version), Dumps.gooseRows(database));
            assertEquals(new AlreadyCurrent(at), migrations.upgradeTo(at));
            assertEquals(new Upgraded(at, NEWEST), migrations.upgrade());
        }
    }

    @Test
    void tablesWithoutLedgerAreAdoptedIfTheyAreThoseOfTheFirstVersion() throws SQLException {
        try (TestDatabase database = Dumps.restored(1)) {
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(new Upgraded(SchemaVersion.ZERO, NEWEST), migrations.upgrade());
            assertSchemaIsTheNewest(database);
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
        }
    }

    @Test
    void tablesOfALaterVersionWithoutLedgerAreRefused() throws SQLException {
        try (TestDatabase database = Dumps.restored(20230118020300L)) {
            List<String> schema = Catalog.of(database);
            Refused refused = assertInstanceOf(Refused.class, new Migrations(database.dataSource()).upgrade());
            assertTrue(
                    refused.reason().contains("constraint metadata_v3.metadata_v3_pkey is PRIMARY KEY (id, "),
                    refused.reason());
            assertTrue(refused.remedy().contains("goose_db_version"), refused.remedy());
            assertEquals(schema, Catalog.of(database));
            assertEquals(
                    SchemaState.NO_LEDGER,
                    new Migrations(database.dataSource()).status().state());
        }
    }

    @Test
    void newDatabaseHasTheLedgerOfTheReferenceToo() {
        try (TestDatabase database = TestDatabases.newest();
                TestDatabase recorded = Dumps.restoredWithGoose(Dumps.NEWEST)) {
            assertEquals(Dumps.gooseRows(recorded), Dumps.gooseRows(database));
            String table = "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns"
                    + " WHERE table_name = 'goose_db_version' ORDER BY ordinal_position";
            assertEquals(recorded.query(table), database.query(table));
            String key = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    + " WHERE conrelid = 'goose_db_version'::regclass AND contype = 'p'";
            assertEquals(recorded.query(key), database.query(key));
        }
    }

    @Test
    void revokedVersionIsAppendedAgain() {
        try (TestDatabase database = Dumps.restoredWithGoose(Dumps.NEWEST)) {
            database.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20260706000003, false)");
            database.execute("DROP INDEX metadata_v3_idx_flow_run_ts_id_desc");
            assertInstanceOf(Upgraded.class, new Migrations(database.dataSource()).upgrade());
            List<List<Object>> expected = new ArrayList<>(gooseRowsUpTo(Dumps.NEWEST));
            expected.add(List.of(20260706000003L, false));
            expected.add(List.of(20260706000003L, true));
            assertEquals(expected, Dumps.gooseRows(database));
            assertSchemaIsTheNewest(database);
        }
    }

    @Test
    void missingOrIncompleteLedgerOfTheReferenceIsCompleted() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            Migrations migrations = new Migrations(database.dataSource());
            database.execute("DELETE FROM goose_db_version WHERE version_id > 20230118020300");
            assertEquals(new Upgraded(NEWEST, NEWEST), migrations.upgrade());
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            database.execute("DROP TABLE goose_db_version");
            assertEquals(new Upgraded(NEWEST, NEWEST), migrations.upgrade());
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            assertEquals(new AlreadyCurrent(NEWEST), migrations.upgrade());
        }
    }

    @Test
    void databaseThatTheReferenceUpgradedLaterIsUpgraded() throws SQLException {
        SchemaVersion ours = new SchemaVersion(20230118020300L);
        try (TestDatabase database = TestDatabases.at(ours.number());
                TestDatabase recorded = Dumps.restored(Dumps.NEWEST)) {
            // The statements that the tool of the reference runs: its migrations and its ledger.
            for (long version :
                    List.of(20260615000000L, 20260706000000L, 20260706000001L, 20260706000002L, Dumps.NEWEST)) {
                MigrationScripts.statements(version).forEach(database::execute);
                database.execute(
                        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (" + version + ", true)");
            }
            assertEquals(Catalog.of(recorded), Catalog.of(database));
            assertEquals(new Upgraded(ours, NEWEST), new Migrations(database.dataSource()).upgrade());
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            assertSchemaIsTheNewest(database);
        }
    }

    @ParameterizedTest(name = "session ends when {0} gets the row with {1}")
    @CsvSource({
        "goose_db_version, NEW.version_id = 20200603104139",
        "goose_db_version, NEW.version_id = 20230118020300",
        "goose_db_version, NEW.version_id = 20260706000003",
        "flyway_schema_history, NEW.version = '20200603104139'",
        "flyway_schema_history, NEW.version = '20260706000003'",
        "flyway_schema_history, NEW.version = '20261120000000'"
    })
    void upgradeInterruptedBetweenTheLedgersIsCompleted(String ledger, String row) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(1)) {
            List<List<Object>> rows = Dumps.rows(database);
            Migrations migrations = new Migrations(database.dataSource());
            if (ledger.startsWith("flyway")) {
                migrations.upgradeTo(new SchemaVersion(1));
            }
            database.execute(END_SESSION.formatted(ledger, row));
            assertInstanceOf(Failed.class, migrations.upgrade());
            assertFalse(migrations.status().isUpToDate());
            assertEquals(List.of(), migrations.status().drift());

            database.execute("DROP FUNCTION end_session CASCADE");
            assertInstanceOf(Upgraded.class, migrations.upgrade());
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            assertEquals(rows, Dumps.rows(database));
            assertSchemaIsTheNewest(database);
            assertEquals(
                    List.of(List.of(0L)),
                    database.query("SELECT count(*) FROM flyway_schema_history WHERE NOT success"));
        }
    }

    @Test
    void oneOfManyConcurrentNodesAdopts() throws Exception {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(20220503175500L)) {
            List<BackgroundTask<UpgradeOutcome>> nodes = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                nodes.add(new BackgroundTask<>(() -> new Migrations(database.dataSource()).upgrade()));
            }
            List<UpgradeOutcome> outcomes = new ArrayList<>();
            for (BackgroundTask<UpgradeOutcome> node : nodes) {
                outcomes.add(node.result());
            }
            outcomes.remove(new Upgraded(new SchemaVersion(20220503175500L), NEWEST));
            assertEquals(Collections.nCopies(4, (UpgradeOutcome) new AlreadyCurrent(NEWEST)), outcomes);
            assertEquals(gooseRowsUpTo(Dumps.NEWEST), Dumps.gooseRows(database));
            assertSchemaIsTheNewest(database);
        }
    }

    @Test
    void locationsOfAnyLengthFitAfterTheUpgrade() {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(1)) {
            assertInstanceOf(Upgraded.class, new Migrations(database.dataSource()).upgrade());
            database.execute("UPDATE artifact_v3 SET location = repeat('l', 100000), sha = repeat('s', 1000)");
            assertEquals(List.of(List.of(100000)), database.query("SELECT DISTINCT length(location) FROM artifact_v3"));
        }
    }

    @Test
    void longTextsChangeTheCatalogOnly() {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(Dumps.NEWEST)) {
            String files = "SELECT relname, relfilenode FROM pg_class"
                    + " WHERE relname ~ '^(artifact|metadata)_v3' AND relkind IN ('r', 'i') ORDER BY 1";
            List<List<Object>> before = database.query(files);
            assertInstanceOf(Upgraded.class, new Migrations(database.dataSource()).upgrade());
            assertEquals(before, database.query(files), "a table or an index was rewritten");
        }
    }

    private static void assertSchemaIsTheNewest(TestDatabase database) {
        try (TestDatabase expected = Dumps.restored(NEWEST.number())) {
            assertEquals(
                    String.join("\n", withoutColumnPositions(expected)),
                    String.join("\n", withoutColumnPositions(database)));
        }
    }

    /** Columns that were added one by one have other positions than those of a recorded dump. */
    private static List<String> withoutColumnPositions(TestDatabase database) {
        return Catalog.of(database).stream()
                .map(line -> line.replaceFirst("^(column \\w+\\.) *\\d+", "$1"))
                .sorted()
                .toList();
    }

    private static List<List<Object>> gooseRowsUpTo(long version) {
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of(0L, true));
        recorded().filter(one -> one <= version).forEach(one -> rows.add(List.of(one, true)));
        return rows;
    }
}

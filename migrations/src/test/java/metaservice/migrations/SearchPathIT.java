package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables in another schema than {@code public}, which the search path finds, as in the reference. */
@Tag("extended")
class SearchPathIT {

    private static final SchemaVersion GOOSES = new SchemaVersion(20230118020300L);

    /** Moves everything into another schema, and leaves an empty schema public. */
    private static final String MOVE = "ALTER SCHEMA public RENAME TO %s; CREATE SCHEMA public";

    private static final String DROP_OURS =
            "DROP TABLE flyway_schema_history, metaservice_floor, metaservice_upgrades, metaservice_nodes;";

    private static List<List<Object>> tablesIn(TestDatabase database, String schema) {
        return database.query("SELECT tablename::text FROM pg_tables WHERE schemaname = '" + schema + "' ORDER BY 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"metaflow", "\"Meta flow's\""})
    void databaseOfTheReferenceIsUpgradedInTheSchemaOfItsTables(String schema) throws SQLException {
        try (TestDatabase database = TestDatabases.at(GOOSES.number());
                TestDatabase expected = TestDatabases.newest()) {
            database.execute(DROP_OURS + MOVE.formatted(schema));
            database.execute("ALTER DATABASE " + database.name() + " SET search_path = " + schema + ", public");
            Migrations migrations = new Migrations(database.dataSource());

            SchemaStatus before = migrations.status();
            assertEquals(SchemaState.GOOSE, before.state());
            assertEquals(GOOSES, before.schemaVersion());
            assertEquals(schema.replace("\"", ""), before.schemaName());
            assertEquals(List.of(), before.drift());

            assertEquals(new Upgraded(GOOSES, migrations.newest()), migrations.upgrade());
            assertEquals(List.of(), tablesIn(database, "public"));
            SchemaStatus after = migrations.status();
            assertEquals(SchemaState.FLYWAY, after.state());
            assertTrue(after.isUpToDate());
            assertEquals(List.of(), after.drift());
            database.execute("DROP SCHEMA public; ALTER SCHEMA " + schema + " RENAME TO public");
            assertEquals(Catalog.of(expected), Catalog.of(database));
        }
    }

    @Test
    void searchPathInTheOptionsOfTheConnectionCounts() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute(DROP_OURS + MOVE.formatted("metaflow"));
            Migrations migrations = new Migrations(database.dataSourceWithSearchPath("metaflow"));
            assertEquals(new SchemaVersion(1), migrations.status().schemaVersion());
            assertEquals(new Upgraded(new SchemaVersion(1), migrations.newest()), migrations.upgrade());
            assertEquals(List.of(), tablesIn(database, "public"));
        }
    }

    @Test
    void roleWithRightsOnItsOwnSchemaOnlyFillsThat() throws SQLException {
        try (TestDatabase database = TestDatabases.empty()) {
            String role = database.name() + "_user";
            database.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE ROLE " + role + " LOGIN; CREATE SCHEMA "
                    + role + " AUTHORIZATION " + role);
            try {
                Migrations migrations = new Migrations(database.dataSource(role));
                assertEquals(SchemaState.EMPTY, migrations.status().state());
                assertEquals(new Upgraded(SchemaVersion.ZERO, migrations.newest()), migrations.upgrade());
                assertEquals(role, migrations.status().schemaName());
                assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
                assertEquals(List.of(), tablesIn(database, "public"));
                assertEquals(11, tablesIn(database, role).size());
            } finally {
                database.execute("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere", "pg_catalog", "information_schema,nowhere"})
    void searchPathWithoutASchemaIsReportedAndNothingIsWritten(String searchPath) throws SQLException {
        try (TestDatabase database = TestDatabases.empty()) {
            DataSource nowhere = database.dataSourceWithSearchPath(searchPath);
            SQLException failure = assertThrows(SQLException.class, new Migrations(nowhere)::status);
            assertTrue(failure.getMessage().contains("the search path (" + searchPath + ")"), failure::getMessage);
            assertTrue(new Migrations(nowhere).upgrade() instanceof UpgradeOutcome.Failed);
            assertEquals(List.of(), tablesIn(database, "public"));
        }
    }

    @Test
    void schemaWithTablesThatTheRoleMayNotUseIsNotTakenForAnEmptyDatabase() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            String role = database.name() + "_user";
            database.execute(MOVE.formatted("metaflow") + "; REVOKE ALL ON SCHEMA metaflow FROM PUBLIC");
            database.execute("CREATE ROLE " + role + " LOGIN; GRANT ALL ON SCHEMA public TO " + role + "; ALTER ROLE "
                    + role + " SET search_path = metaflow, public");
            try {
                SQLException failure =
                        assertThrows(SQLException.class, new Migrations(database.dataSource(role))::status);
                assertTrue(
                        failure.getMessage().contains("GRANT USAGE ON SCHEMA metaflow TO " + role),
                        failure::getMessage);
            } finally {
                database.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
            }
        }
    }

    @Test
    void schemasOfOneDatabaseAreUpgradedIndependently() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute(MOVE.formatted("one") + "; CREATE SCHEMA two");
            DataSource one = database.dataSourceWithSearchPath("one");
            Migrations two = new Migrations(database.dataSourceWithSearchPath("two"));
            try (Connection upgrading = one.getConnection();
                    Statement statement = upgrading.createStatement()) {
                statement.execute(
                        UpgradeLock.Keys.of(DatabaseSchema.find(upgrading)).prepareSession());
                assertTrue(new Migrations(one).status().migrationInProgress());
                assertFalse(two.status().migrationInProgress());
                assertEquals(new Upgraded(SchemaVersion.ZERO, two.newest()), two.upgrade());
            }
            assertEquals(new SchemaVersion(1), new Migrations(one).status().schemaVersion());
        }
    }

    @Test
    void driftIsThatOfTheSchemaOfTheTables() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(MOVE.formatted("metaflow") + "; DROP INDEX metaflow.runs_v3_idx_ts_epoch;"
                    + " CREATE TABLE public.runs_v3 (ts_epoch bigint);"
                    + " CREATE INDEX runs_v3_idx_ts_epoch ON public.runs_v3 (ts_epoch)");
            Migrations migrations = new Migrations(database.dataSourceWithSearchPath("metaflow,public"));
            assertEquals(
                    List.of("index runs_v3.runs_v3_idx_ts_epoch"),
                    migrations.status().drift().stream()
                            .map(SchemaDifference::subject)
                            .toList());
            migrations.upgrade();
            assertEquals(List.of(), migrations.status().drift());
        }
    }
}

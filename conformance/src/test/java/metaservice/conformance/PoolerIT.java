package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases behind PgBouncer: services work in both modes, upgrades in session mode or at the address of the server. */
@Tag("extended")
class PoolerIT {

    private static final long OLD = 20230118020300L;
    private static final String LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @Test
    void upgradeInTransactionModeIsRefusedAndLeavesNoLocks() throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            DatabaseConfig config = DatabaseConfig.fromEnvironment(pooler.environment(database));
            Migrations migrations = new Migrations(config.dataSource());
            for (int round = 0; round < 3; round++) {
                Refused refused = assertInstanceOf(Refused.class, migrations.upgrade());
                assertEquals(new SchemaVersion(OLD), refused.found());
                assertTrue(refused.reason().contains("pool_mode=transaction"), refused::reason);
                assertTrue(refused.remedy().contains("MF_MIGRATION_DB_HOST"), refused::remedy);
            }
            assertTrue(Migrations.isTransactionPooled(config.dataSource()));
            assertFalse(Migrations.isTransactionPooled(database.dataSource()));
            assertEquals(List.of(List.of(0L)), database.query(LOCKS));
            assertEquals(
                    new SchemaVersion(OLD),
                    new Migrations(database.dataSource()).status().schemaVersion());
        }
    }

    /** The pooler shares three sessions among the clients of the load; the mode is set, or detected. */
    @ParameterizedTest
    @ValueSource(strings = {"auto", "transaction"})
    void transactionModeServesWithoutFailure(String setting) throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            Map<String, String> environment = pooler.environment(database);
            environment.put("MF_METADATA_DB_POOLER", setting);
            environment.put("DB_TRIGGER_CREATE", "1");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                Load load = Load.on(List.of(launcher.metadata()));
                try (load) {
                    Eventually.await("the load has made requests", () -> load.answered() > 2000);
                }
                assertEquals(List.of(), load.failures());
                assertEquals(List.of(), load.lost(database.dataSource()));
                Eventually.await(
                        "the node has a row",
                        () -> database.query("SELECT versions[1] FROM metaservice_nodes")
                                .equals(List.of(List.of(launcher.serviceVersion()))));
                assertEquals(
                        200,
                        launcher.ask("GET", "/ready", NullNode.getInstance()).status());
                Answer refused = launcher.upgrade();
                assertEquals(409, refused.status(), refused::text);
                assertTrue(refused.text().contains("MF_MIGRATION_DB_HOST"), refused::text);
                launcher.stop();
                assertEquals(List.of(), database.query("SELECT id FROM metaservice_nodes"));
                assertEquals(List.of(), launcher.errors());
            }
            assertEquals(List.of(), statementsInSessions(pooler.environment(database)));
            assertEquals(List.of(List.of(0L)), database.query(LOCKS));
            assertEquals(
                    List.of(),
                    database.query("SELECT query FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                            + " AND datname = current_database()"));
        }
    }

    /** The prepared statements that the sessions of the pooler have kept; a transaction is open in each session. */
    private static List<String> statementsInSessions(Map<String, String> environment) throws SQLException {
        DataSource pooler = DatabaseConfig.fromEnvironment(environment)
                .withTransactionPooling()
                .dataSource();
        List<String> found = new ArrayList<>();
        try (Connection first = pooler.getConnection();
                Connection second = pooler.getConnection();
                Connection third = pooler.getConnection()) {
            for (Connection connection : List.of(first, second, third)) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT statement FROM pg_prepared_statements")) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
            }
        }
        return found;
    }

    /** Migrations use the server itself, and services are swapped behind the pooler. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void transactionModeUpgradesAtTheDirectAddress(boolean dsn) throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            Map<String, String> environment = pooler.environment(database);
            String port = database.environment().get("MF_METADATA_DB_PORT");
            if (dsn) {
                environment.put(
                        "MF_MIGRATION_DB_DSN",
                        "postgres://postgres:postgres@127.0.0.1:" + port + "/" + database.name());
            } else {
                environment.put("MF_MIGRATION_DB_PORT", port);
            }
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                Load load = Load.on(List.of(launcher.metadata()));
                try (load) {
                    Eventually.await("the load has started", () -> load.answered() > 200);
                    assertEquals("200 upgrade success", text(launcher.upgrade()));
                    Eventually.await(
                            "the newest service serves",
                            () -> launcher.servingVersion().equals(Optional.of(Generation.newestVersion())));
                    int answered = load.answered();
                    Eventually.await("the load has made requests to it", () -> load.answered() > answered + 500);
                }
                assertEquals(List.of(), load.failures());
                assertEquals(List.of(), load.lost(database.dataSource()));
                launcher.stop();
            }
        }
    }

    @Test
    void emptyDatabaseIsFilledAtTheDirectAddressOnly() throws Exception {
        try (TestDatabase database = TestDatabases.empty();
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            Map<String, String> environment = pooler.environment(database);
            ToolRun run = LauncherProcess.runToEnd(environment);
            assertEquals(1, run.exit(), run::stderr);
            assertTrue(run.stderr().contains("pool_mode=transaction"), run::stderr);
            assertTrue(run.stderr().contains("MF_MIGRATION_DB_HOST"), run::stderr);
            assertEquals(List.of(), database.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
            environment.put("MF_MIGRATION_DB_PORT", database.environment().get("MF_METADATA_DB_PORT"));
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertEquals(200, launcher.createFlow("F").status());
                launcher.stop();
            }
        }
    }

    @Test
    void sessionModeSupportsRequestsAndUpgrades() throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                PgBouncer pooler = PgBouncer.before(database, "session")) {
            Map<String, String> environment = pooler.environment(database);
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertEquals("200 upgrade success", text(launcher.upgrade()));
                for (int flow = 0; flow < 20; flow++) {
                    assertEquals(200, launcher.createFlow("F" + flow).status());
                }
                launcher.stop();
            }
        }
    }

    private static String text(Answer answer) {
        return answer.status() + " " + answer.text();
    }
}

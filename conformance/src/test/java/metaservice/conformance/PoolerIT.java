package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Databases behind PgBouncer: session mode is supported, transaction mode is refused. */
@Tag("extended")
class PoolerIT {

    private static final long OLD = 20230118020300L;
    private static final String LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @Test
    void upgradeInTransactionModeIsRefusedAndLeavesNoLocks() throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            Migrations migrations = new Migrations(
                    DatabaseConfig.fromEnvironment(pooler.environment(database)).dataSource());
            for (int round = 0; round < 3; round++) {
                Refused refused = assertInstanceOf(Refused.class, migrations.upgrade());
                assertEquals(new SchemaVersion(OLD), refused.found());
                assertTrue(refused.reason().contains("pool_mode=transaction"), refused::reason);
                assertTrue(refused.remedy().contains("MF_METADATA_DB_HOST"), refused::remedy);
            }
            assertFalse(migrations.hasStableSessions());
            assertEquals(List.of(List.of(0L)), database.query(LOCKS));
            assertEquals(
                    new SchemaVersion(OLD),
                    new Migrations(database.dataSource()).status().schemaVersion());
        }
    }

    @Test
    void startInTransactionModeFailsWithAMessage() throws Exception {
        try (TestDatabase database = TestDatabases.empty();
                PgBouncer pooler = PgBouncer.before(database, "transaction")) {
            ToolRun run = LauncherProcess.runToEnd(pooler.environment(database));
            assertEquals(1, run.exit(), run::stderr);
            assertTrue(run.stderr().contains("pool_mode=transaction"), run::stderr);
            assertTrue(run.stderr().contains("the address of the PostgreSQL server itself"), run::stderr);
            assertEquals(List.of(), database.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
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

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Failed;
import metaservice.migrations.UpgradeOutcome.RunningElsewhere;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.flywaydb.core.api.resource.LoadableResource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Several nodes upgrade one database while clients write: one node upgrades, writers are not blocked, and every node
 * reports the state.
 */
class ConcurrentUpgradeIT {

    private static final int NODES = 6;

    @Test
    void oneOfManyNodesUpgradesAndTheOthersReportAlreadyCurrent() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            List<BackgroundTask<UpgradeOutcome>> nodes = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                nodes.add(new BackgroundTask<>(() -> new Migrations(database.dataSource()).upgrade()));
            }
            List<UpgradeOutcome> outcomes = new ArrayList<>();
            for (BackgroundTask<UpgradeOutcome> node : nodes) {
                outcomes.add(node.result());
            }
            SchemaVersion newest = new Migrations(database.dataSource()).newest();
            outcomes.remove(new Upgraded(SchemaVersion.ZERO, newest));
            assertEquals(Collections.nCopies(NODES - 1, (UpgradeOutcome) new AlreadyCurrent(newest)), outcomes);
            assertEquals(
                    // 0 is the baseline of the empty database
                    List.of(List.of(15L, 15L, true)),
                    database.query("SELECT count(*), count(DISTINCT version), bool_and(success)"
                            + " FROM flyway_schema_history"));
        }
    }

    @Test
    void openTransactionDelaysTheUpgradeButNotOtherWriters() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                WriteTransaction writer = new WriteTransaction(database)) {
            Migrations migrations = new Migrations(database.dataSource());
            writer.begin();
            BackgroundTask<UpgradeOutcome> upgrade = new BackgroundTask<>(migrations::upgrade);
            Eventually.await("the upgrade begins", () -> status(migrations).migrationInProgress());

            // While the upgrade waits for its locks, no writer waits longer than the lock timeout of the upgrade.
            for (int i = 0; i < 20; i++) {
                database.execute("SET statement_timeout = '1s'; INSERT INTO runs_v3 (flow_id, ts_epoch)"
                        + " SELECT flow_id, 1 FROM flows_v3 LIMIT 1; SELECT count(*) FROM runs_v3");
            }
            assertTrue(status(migrations).migrationInProgress());
            writer.commit();

            assertEquals(new Upgraded(new SchemaVersion(1), migrations.newest()), upgrade.result());
            assertFalse(status(migrations).migrationInProgress());
            try (TestDatabase recorded = Dumps.restored(migrations.newest().number())) {
                assertEquals(Catalog.of(recorded), Catalog.of(database));
            }
        }
    }

    @Test
    void openTransactionAtTheChangeOfAPrimaryKeyDelaysTheUpgrade() throws Exception {
        try (TestDatabase database = TestDatabases.at(20200603104139L);
                Connection reader = database.dataSource().getConnection()) {
            // Between its statements the transaction has no snapshot, so index builds are not blocked; but it keeps
            // its lock on the table.
            reader.setAutoCommit(false);
            BackgroundTask<UpgradeOutcome> upgrade;
            Migrations migrations = new Migrations(database.dataSource());
            try (Statement statement = reader.createStatement()) {
                statement.execute("LOCK TABLE metadata_v3 IN ACCESS SHARE MODE");
                upgrade = new BackgroundTask<>(() -> migrations.upgradeTo(new SchemaVersion(20201002000616L)));
                Eventually.await(
                        "the new key waits",
                        () -> !database.query("SELECT FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND wait_event_type = 'Lock' AND query LIKE 'DO %'")
                                .isEmpty());
            }
            reader.commit();
            assertInstanceOf(Upgraded.class, upgrade.result());
        }
    }

    @Test
    void upgradeWithoutLocksFailsAfterItsRetriesAndCanBeRepeated() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                WriteTransaction writer = new WriteTransaction(database)) {
            LockRetryPolicy fewAttempts =
                    new LockRetryPolicy(Duration.ofSeconds(1), 2, Duration.ofMillis(1), Duration.ofMillis(1));
            writer.begin();
            Failed failed =
                    assertInstanceOf(Failed.class, new Migrations(database.dataSource(), fewAttempts).upgrade());
            assertEquals(new SchemaVersion(1), failed.at());
            assertTrue(failed.reason().contains("lock timeout"), failed.reason());

            writer.commit();
            assertInstanceOf(Upgraded.class, new Migrations(database.dataSource(), fewAttempts).upgrade());
        }
    }

    /** An autovacuum would be cancelled after a second; a manual vacuum is not, and does not block clients. */
    @Test
    void upgradeWaitsForVacuumWithoutTimeout() throws Exception {
        try (TestDatabase database = TestDatabases.at(20200603104139L);
                Connection vacuum = database.dataSource().getConnection();
                Statement statement = vacuum.createStatement()) {
            LockRetryPolicy noRetries =
                    new LockRetryPolicy(Duration.ofSeconds(1), 1, Duration.ofMillis(1), Duration.ofMillis(1));
            database.execute("CREATE INDEX metadata_v3_akey"
                    + " ON metadata_v3 (flow_id, run_number, step_name, task_id, field_name);"
                    + " CREATE UNIQUE INDEX metadata_v3_pkey_with_id"
                    + " ON metadata_v3 (id, flow_id, run_number, step_name, task_id, field_name)");
            vacuum.setAutoCommit(false);
            statement.execute("LOCK TABLE metadata_v3 IN SHARE UPDATE EXCLUSIVE MODE");
            BackgroundTask<UpgradeOutcome> upgrade =
                    new BackgroundTask<>(() -> new Migrations(database.dataSource(), noRetries).upgrade());
            String waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock' AND now() - query_start > interval '1 second'";
            Eventually.await(
                    "the upgrade waits for more than a second",
                    () -> !database.query(waiting).isEmpty());
            database.execute("SET lock_timeout = '1s'; UPDATE metadata_v3 SET value = 'v'");
            vacuum.commit();
            assertInstanceOf(Upgraded.class, upgrade.result());
        }
    }

    @Test
    void waitForAnotherNodeHasATimeout() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                UpgradeLock other = UpgradeLock.acquire(database.dataSource(), Duration.ZERO)) {
            LockRetryPolicy noRetries = new LockRetryPolicy(Duration.ZERO, 1, Duration.ZERO, Duration.ZERO);
            assertEquals(
                    new RunningElsewhere(new SchemaVersion(1), Duration.ZERO),
                    new Migrations(database.dataSource(), noRetries).upgrade());
            assertFalse(other.connection().isClosed());
        }
    }

    @Test
    void upgradeWaitsForTheLastStatementOfADeadNode() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                Connection orphan = database.dataSource().getConnection();
                Statement statement = orphan.createStatement()) {
            statement.execute(UpgradeLock.Keys.of(DatabaseSchema.find(orphan)).prepareSession());
            Migrations migrations = new Migrations(database.dataSource());
            assertTrue(migrations.status().migrationInProgress());

            LockRetryPolicy noRetries = new LockRetryPolicy(Duration.ZERO, 1, Duration.ZERO, Duration.ZERO);
            assertInstanceOf(RunningElsewhere.class, new Migrations(database.dataSource(), noRetries).upgrade());

            statement.execute("SELECT pg_advisory_unlock_all()");
            assertInstanceOf(Upgraded.class, migrations.upgrade());
        }
    }

    @Test
    void upgradeOfOneDatabaseDoesNotAffectOtherDatabases() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                TestDatabase otherDatabase = TestDatabases.at(1);
                UpgradeLock lock = UpgradeLock.acquire(database.dataSource(), Duration.ZERO)) {
            assertFalse(lock.connection().isClosed());
            assertTrue(new Migrations(database.dataSource()).status().migrationInProgress());
            assertFalse(new Migrations(otherDatabase.dataSource()).status().migrationInProgress());
            assertInstanceOf(Upgraded.class, new Migrations(otherDatabase.dataSource()).upgrade());
        }
    }

    @Test
    void upgradeNotifiesListeners() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                Connection listener = database.dataSource().getConnection();
                Statement statement = listener.createStatement()) {
            statement.execute("LISTEN " + Migrations.CHANNEL);
            Migrations migrations = new Migrations(database.dataSource());
            migrations.upgrade();
            PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(10_000);
            assertEquals(1, notifications.length);
            assertEquals(migrations.newest().toString(), notifications[0].getParameter());
        }
    }

    /** Otherwise an older node would serve an incompatible schema until its next poll, up to 30 seconds later. */
    @Test
    void raisedLowestServiceIsNotifiedBeforeTheMigration() throws Exception {
        SchemaVersion before = new SchemaVersion(20200603104139L);
        BundledFiles files = withLowestService("V20201002000616", "4.0.0");
        try (TestDatabase database = TestDatabases.at(before.number());
                Connection listener = database.dataSource().getConnection();
                Statement statement = listener.createStatement();
                Connection reader = database.dataSource().getConnection();
                Statement lock = reader.createStatement()) {
            statement.execute("LISTEN " + Migrations.CHANNEL);
            reader.setAutoCommit(false);
            lock.execute("LOCK TABLE metadata_v3 IN ACCESS SHARE MODE");
            Migrations migrations = new Migrations(database.dataSource(), LockRetryPolicy.DEFAULTS, () -> {}, files);
            BackgroundTask<UpgradeOutcome> upgrade = new BackgroundTask<>(migrations::upgrade);

            PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(30_000);
            assertEquals(1, notifications.length);
            assertEquals(before.toString(), notifications[0].getParameter());
            assertEquals(
                    Optional.of(ServiceVersion.parse("4.0.0")),
                    status(migrations).lowestService());
            assertEquals(before, status(migrations).schemaVersion());
            reader.commit();
            assertInstanceOf(Upgraded.class, upgrade.result());
        }
    }

    private static BundledFiles withLowestService(String migration, String lowestService) {
        Map<String, String> contents = new HashMap<>();
        for (LoadableResource file : BundledFiles.load().getResources("V", new String[] {".sql", ".conf"})) {
            String text = new BufferedReader(file.read()).lines().collect(Collectors.joining("\n"));
            boolean raises = file.getFilename().startsWith(migration);
            contents.put(
                    file.getFilename(),
                    raises ? text.replaceAll("lowest service: \\S+", "lowest service: " + lowestService) : text);
        }
        return new BundledFiles(contents);
    }

    private static SchemaStatus status(Migrations migrations) {
        try {
            return migrations.status();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import metaservice.migrations.LastUpgrade.Outcome;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Test;

/** The status shows the progress of an upgrade by another node, and the outcome of the last upgrade. */
class UpgradeProgressIT {

    private static final SchemaVersion FIRST = new SchemaVersion(1);
    private static final SchemaVersion STRING_IDS = new SchemaVersion(20200603104139L);

    @Test
    void statusShowsTheRunningMigrationAndItsPhase() throws Exception {
        try (TestDatabase database = TestDatabases.at(STRING_IDS.number());
                WriteTransaction writer = new WriteTransaction(database)) {
            Migrations elsewhere = new Migrations(database.dataSource());
            Migrations here = new Migrations(database.dataSource());
            assertEquals(Optional.empty(), here.status().running());
            writer.begin();
            BackgroundTask<UpgradeOutcome> upgrade = new BackgroundTask<>(elsewhere::upgrade);
            // The first index on a table with uncommitted rows of the writer.
            Eventually.await(
                    "an index build waits for the writer",
                    () -> running(here)
                            .filter(one -> one.phase().startsWith("runs_v3_idx_ts_epoch: waiting"))
                            .isPresent());
            RunningMigration running = running(here).orElseThrow();
            assertEquals(Optional.of(new SchemaVersion(20210202145952L)), running.version());
            assertEquals(OptionalInt.of(0), running.percent());
            assertTrue(here.status().migrationInProgress());
            writer.commit();
            assertInstanceOf(Upgraded.class, upgrade.result());
            assertEquals(Optional.empty(), here.status().running());
            assertFalse(here.status().migrationInProgress());
        }
    }

    @Test
    void nothingIsInProgressOnceAnUpgradeHasReturned() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            Migrations migrations = new Migrations(database.dataSource());
            for (SchemaVersion version : migrations.bundled()) {
                migrations.upgradeTo(version);
                assertEquals(Optional.empty(), migrations.status().running());
                assertFalse(migrations.status().migrationInProgress());
            }
        }
    }

    @Test
    void lastUpgradeIsRecorded() throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGoose(1)) {
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(Optional.empty(), migrations.status().lastUpgrade());
            Instant before = Instant.now().minusSeconds(60);
            migrations.upgradeTo(STRING_IDS);
            LastUpgrade last = migrations.status().lastUpgrade().orElseThrow();
            assertEquals(FIRST, last.from());
            assertEquals(STRING_IDS, last.to());
            assertEquals(Outcome.UPGRADED, last.outcome());
            assertTrue(last.startedAt().isAfter(before), last::toString);
            assertTrue(last.duration().orElseThrow().compareTo(Duration.ofMinutes(1)) < 0, last::toString);
            assertEquals("", last.detail());

            // A call without work is not recorded as an upgrade.
            migrations.upgradeTo(STRING_IDS);
            assertEquals(Optional.of(last), migrations.status().lastUpgrade());
        }
    }

    @Test
    void failureIsRecordedWithItsReason() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("ALTER TABLE tasks_v3 ADD COLUMN task_name varchar(10)");
            Migrations migrations = new Migrations(database.dataSource());
            migrations.upgrade();
            LastUpgrade last = migrations.status().lastUpgrade().orElseThrow();
            assertEquals(Outcome.FAILED, last.outcome());
            assertTrue(last.detail().contains("tasks_v3.task_name is character varying(10)"), last.detail());
        }
    }

    @Test
    void killedUpgradeIsReportedAsInterruptedUntilTheNextOneEnds() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            Migrations migrations = new Migrations(database.dataSource());
            database.execute("INSERT INTO metaservice_upgrades (from_version, to_version, migrating)"
                    + " VALUES (1, 20200603104139, 20200603104139)");
            SchemaStatus status = migrations.status();
            assertEquals(Optional.empty(), status.running());
            assertEquals(Outcome.INTERRUPTED, status.lastUpgrade().orElseThrow().outcome());
            assertEquals(Optional.empty(), status.lastUpgrade().orElseThrow().duration());
            migrations.upgradeTo(STRING_IDS);
            assertEquals(
                    Outcome.UPGRADED,
                    migrations.status().lastUpgrade().orElseThrow().outcome());
        }
    }

    private static Optional<RunningMigration> running(Migrations migrations) {
        try {
            return migrations.status().running();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import metaservice.migrations.RepairOutcome.Refused;
import metaservice.migrations.RepairOutcome.Repaired;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A repair explains first, then changes what it explained and nothing else. */
class DatabaseRepairIT {

    private static final Duration NO_WAIT = Duration.ZERO;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "DROP INDEX runs_v3_idx_ts_epoch"
                        + " | index runs_v3.runs_v3_idx_ts_epoch is missing | CREATE INDEX CONCURRENTLY runs_v3_idx_ts_epoch",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'runs_v3_idx_ts_epoch'::regclass"
                        + " | index runs_v3.runs_v3_idx_ts_epoch is CREATE | DROP INDEX CONCURRENTLY IF EXISTS runs_v3_idx_ts_epoch",
                "ALTER TABLE runs_v3 DROP COLUMN last_heartbeat_ts"
                        + " | column runs_v3.last_heartbeat_ts is missing | ALTER TABLE runs_v3 ADD COLUMN IF NOT EXISTS last_heartbeat_ts",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key"
                        + " | constraint runs_v3.runs_v3_flow_id_run_id_key | CREATE UNIQUE INDEX CONCURRENTLY runs_v3_flow_id_run_id_key",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey"
                        + " | constraint runs_v3.runs_v3_flow_id_fkey is missing | ALTER TABLE runs_v3 ADD CONSTRAINT runs_v3_flow_id_fkey",
                "INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('A', 1); INSERT INTO runs_v3 (flow_id, run_number, ts_epoch) VALUES ('A', 7, 1)"
                        + " | sequence runs_v3_run_number_seq is 0, expected at least 7 | BEGIN",
                "DELETE FROM goose_db_version WHERE version_id = 20210202145952"
                        + " | table goose_db_version, the reference's ledger, lacks rows of applied migrations (20210202145952, 20260706000003)"
                        + " | INSERT INTO goose_db_version (version_id, is_applied) VALUES (20210202145952, true), (20260706000003, true)",
                "DROP TABLE goose_db_version"
                        + " | table goose_db_version, the reference's ledger, is missing | -- the table is created as the reference creates it",
                "INSERT INTO flyway_schema_history SELECT 99, '20270101000000', 'd', 'SQL', 'V20270101000000__d.sql', 1, 'u', now(), 1, false"
                        + " | table flyway_schema_history has rows of failed migrations (20270101000000) | DELETE FROM flyway_schema_history WHERE NOT success",
                "UPDATE metaservice_upgrades SET outcome = NULL, ended_at = NULL"
                        + " | table metaservice_upgrades has 1 upgrade(s) without an outcome | UPDATE metaservice_upgrades SET outcome",
                "DELETE FROM metaservice_floor"
                        + " | the lowest service version in table metaservice_floor is missing, expected 1.0.1 | CREATE TABLE IF NOT EXISTS metaservice_floor"
            })
    void findingIsExplainedAndThenRepaired(String damage, String what, String sql) throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(damage);
            List<String> damaged = Catalog.of(database);
            DatabaseRepair repair = new DatabaseRepair(database.dataSource(), NO_WAIT);

            List<RepairFinding> explained = left(repair.explain());

            assertEquals(1, explained.size(), explained::toString);
            RepairFinding finding = explained.get(0);
            assertTrue(finding.what().startsWith(what), finding::what);
            assertTrue(finding.repairable());
            assertTrue(finding.sql().get(0).startsWith(sql), finding.sql()::toString);
            assertEquals(damaged, Catalog.of(database), "an explanation changes nothing");

            assertEquals(new Repaired(explained, List.of()), repair.repair());
            assertEquals(List.of(), left(repair.explain()));
            assertEquals(new Repaired(List.of(), List.of()), repair.repair());
        }
    }

    /** The statements are what an operator can run instead. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "DROP INDEX runs_v3_idx_ts_epoch",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey",
                "ALTER TABLE artifact_v3 DROP CONSTRAINT artifact_v3_pkey",
                "INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('A', 1); INSERT INTO runs_v3 (flow_id, run_number, ts_epoch) VALUES ('A', 7, 1)",
                "DELETE FROM goose_db_version WHERE version_id = 20210202145952",
                "DELETE FROM metaservice_floor",
                // what a repair leaves to an operator
                "DROP TABLE artifact_v3",
                "ALTER TABLE tasks_v3 ALTER COLUMN task_name TYPE varchar(10)",
                "ALTER TABLE metadata_v3 DROP COLUMN value",
                "ALTER TABLE runs_v3 ALTER COLUMN ts_epoch DROP NOT NULL",
                "ALTER TABLE tasks_v3 ALTER COLUMN task_id DROP DEFAULT",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key, ADD CONSTRAINT runs_v3_flow_id_run_id_key UNIQUE (run_id)"
            })
    void explainedStatementsHaveTheSameEffect(String damage) throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(damage);
            DatabaseRepair repair = new DatabaseRepair(database.dataSource(), NO_WAIT);
            List<RepairFinding> explained = left(repair.explain());
            assertFalse(explained.isEmpty());
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                for (RepairFinding finding : explained) {
                    for (String sql : finding.sql()) {
                        if (!sql.startsWith("--")) {
                            statement.execute(sql);
                        }
                    }
                }
            }
            // Without its other objects a missing table is the only difference; they come with it.
            assertEquals(List.of(), left(repair.explain()));
        }
    }

    @Test
    void whatNeedsAnOperatorIsLeft() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(
                    "ALTER TABLE runs_v3 ALTER COLUMN ts_epoch DROP NOT NULL; DROP INDEX runs_v3_idx_ts_epoch");
            Repaired outcome =
                    assertInstanceOf(Repaired.class, new DatabaseRepair(database.dataSource(), NO_WAIT).repair());
            assertEquals(1, outcome.repaired().size());
            assertEquals(
                    List.of(new RepairFinding(
                            "column runs_v3.ts_epoch is bigint, expected bigint not null",
                            false,
                            List.of("ALTER TABLE runs_v3 ALTER COLUMN ts_epoch SET NOT NULL"))),
                    outcome.left());
        }
    }

    @Test
    void rowsThatPreventARepairCanBeListed() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey;"
                    + " INSERT INTO runs_v3 (flow_id, run_number, ts_epoch) VALUES ('nowhere', 1, 1);"
                    + " SELECT nextval('runs_v3_run_number_seq')");
            Repaired outcome =
                    assertInstanceOf(Repaired.class, new DatabaseRepair(database.dataSource(), NO_WAIT).repair());
            assertEquals(List.of(), outcome.repaired());
            RepairFinding left = outcome.left().get(0);
            assertTrue(left.what().contains("the data prevent a repair"), left::what);
            assertEquals(List.of(List.of("nowhere")), database.query(left.sql().get(0)));
        }
    }

    @Test
    void migrationsAreNotApplied() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            List<String> before = Catalog.of(database);
            assertEquals(
                    new Repaired(List.of(), List.of()), new DatabaseRepair(database.dataSource(), NO_WAIT).repair());
            assertEquals(before, Catalog.of(database));
        }
    }

    @Test
    void databaseWithoutTablesIsRefused() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            DatabaseRepair repair = new DatabaseRepair(database.dataSource(), NO_WAIT);
            assertInstanceOf(Refused.class, repair.explain());
            assertInstanceOf(Refused.class, repair.repair());
        }
    }

    @Test
    void repairDoesNotRunBesideAnUpgrade() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                UpgradeLock lock = UpgradeLock.acquire(database.dataSource(), NO_WAIT)) {
            database.execute("DROP INDEX runs_v3_idx_ts_epoch");
            DatabaseRepair repair = new DatabaseRepair(database.dataSource(), NO_WAIT);
            assertTrue(lock.connection().isValid(5));
            Refused refused = assertInstanceOf(Refused.class, repair.repair());
            assertTrue(refused.reason().contains("is running"), refused::reason);
            assertInstanceOf(Refused.class, repair.explain());
        }
    }

    private static List<RepairFinding> left(RepairOutcome outcome) {
        return assertInstanceOf(Repaired.class, outcome).left();
    }
}

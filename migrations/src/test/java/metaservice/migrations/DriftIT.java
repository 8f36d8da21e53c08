package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Detects a ledger that does not match the tables: the status describes the differences, and an upgrade repairs those
 * that can be repaired.
 */
class DriftIT {

    private static final SchemaVersion AT = new SchemaVersion(20230118020300L);
    private static final String INVALID = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '%s'::regclass";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "DROP INDEX runs_v3_idx_ts_epoch"
                        + " | index runs_v3.runs_v3_idx_ts_epoch is missing, expected CREATE INDEX runs_v3_idx_ts_epoch ON runs_v3",
                "DROP INDEX runs_v3_idx_gin_tags_combined"
                        + " | index runs_v3.runs_v3_idx_gin_tags_combined is missing, expected CREATE INDEX",
                "DROP INDEX runs_v3_idx_user_asc_ts_epoch_desc"
                        + " | index runs_v3.runs_v3_idx_user_asc_ts_epoch_desc is missing, expected CREATE INDEX",
                "DROP INDEX runs_v3_idx_ts_epoch; CREATE INDEX runs_v3_idx_ts_epoch ON runs_v3 (run_number)"
                        + " | index runs_v3.runs_v3_idx_ts_epoch is CREATE INDEX runs_v3_idx_ts_epoch ON runs_v3 USING btree (run_number),",
                "ALTER TABLE metadata_v3 DROP COLUMN task_name"
                        + " | column metadata_v3.task_name is missing, expected character varying(255)",
                "ALTER TABLE runs_v3 DROP COLUMN last_heartbeat_ts"
                        + " | column runs_v3.last_heartbeat_ts is missing, expected bigint",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key"
                        + " | constraint runs_v3.runs_v3_flow_id_run_id_key is missing, expected UNIQUE (flow_id, run_id)",
                "ALTER TABLE artifact_v3 DROP CONSTRAINT artifact_v3_pkey"
                        + " | constraint artifact_v3.artifact_v3_pkey is missing, expected PRIMARY KEY (flow_id, run_number,",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey"
                        + " | constraint runs_v3.runs_v3_flow_id_fkey is missing, expected FOREIGN KEY (flow_id) REFERENCES flows_v3(flow_id)",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey, ADD CONSTRAINT runs_v3_flow_id_fkey"
                        + " FOREIGN KEY (flow_id) REFERENCES flows_v3 NOT VALID"
                        + " | constraint runs_v3.runs_v3_flow_id_fkey is FOREIGN KEY (flow_id) REFERENCES flows_v3(flow_id) NOT VALID,",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'runs_v3_idx_ts_epoch'::regclass"
                        + " | index runs_v3.runs_v3_idx_ts_epoch is CREATE INDEX runs_v3_idx_ts_epoch ON runs_v3 USING btree (ts_epoch) INVALID,",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key;"
                        + " CREATE UNIQUE INDEX runs_v3_flow_id_run_id_key ON runs_v3 (flow_id, run_id)"
                        + " | constraint runs_v3.runs_v3_flow_id_run_id_key is missing, expected UNIQUE (flow_id, run_id)"
            })
    void repairableDifferenceIsReportedAndRepaired(String damage, String reported) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(AT.number())) {
            List<List<Object>> rows = Dumps.rows(database);
            database.execute(damage);
            Migrations migrations = new Migrations(database.dataSource());
            List<String> drift = drift(migrations);
            assertEquals(
                    reported,
                    drift.get(0)
                            .substring(
                                    0, Math.min(reported.length(), drift.get(0).length())));

            assertEquals(new Upgraded(AT, migrations.newest(), drift), migrations.upgrade());

            assertEquals(List.of(), drift(migrations));
            assertEquals(rows, Dumps.rows(database));
            assertEquals(List.of(), database.query("SELECT FROM pg_index WHERE NOT indisvalid"));
            assertEquals(
                    String.join("; ", drift),
                    migrations.status().lastUpgrade().orElseThrow().detail());
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "DROP TABLE artifact_v3 | table artifact_v3 is missing",
                "ALTER TABLE tasks_v3 ALTER COLUMN task_name TYPE varchar(10)"
                        + " | column tasks_v3.task_name is character varying(10), expected character varying(255)",
                "ALTER TABLE metadata_v3 DROP COLUMN value | column metadata_v3.value is missing, expected text not null",
                "ALTER TABLE runs_v3 ALTER COLUMN ts_epoch DROP NOT NULL"
                        + " | column runs_v3.ts_epoch is bigint, expected bigint not null",
                "ALTER TABLE tasks_v3 ALTER COLUMN task_id DROP DEFAULT"
                        + " | column tasks_v3.task_id is bigint not null, expected bigint not null serial",
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key, ADD CONSTRAINT runs_v3_flow_id_run_id_key"
                        + " UNIQUE (run_id) | constraint runs_v3.runs_v3_flow_id_run_id_key is UNIQUE (run_id), expected UNIQUE (flow_id, run_id)"
            })
    void unrepairableDifferenceIsReportedAndNothingIsChanged(String damage, String reported) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGoose(AT.number())) {
            database.execute(damage);
            database.execute("DROP INDEX runs_v3_idx_ts_epoch");
            List<String> before = Catalog.of(database);
            Migrations migrations = new Migrations(database.dataSource());
            assertTrue(drift(migrations).contains(reported), drift(migrations)::toString);

            Refused refused = assertInstanceOf(Refused.class, migrations.upgrade());

            assertEquals(AT, refused.found());
            assertTrue(refused.reason().contains(reported), refused.reason());
            assertEquals(before, Catalog.of(database));
            assertEquals(SchemaState.GOOSE, migrations.status().state());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_run_id_key;"
                        + " UPDATE runs_v3 SET run_id = 'same' | duplicate",
                "ALTER TABLE tasks_v3 DROP CONSTRAINT tasks_v3_flow_id_run_number_step_name_fkey;"
                        + " UPDATE tasks_v3 SET step_name = 'nowhere' | violates foreign key constraint"
            })
    void dataThatPreventARepairAreReportedAndTheRepairIsReverted(String damage, String reported) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(AT.number())) {
            database.execute(damage);
            List<String> before = Catalog.of(database);
            Migrations migrations = new Migrations(database.dataSource());

            Refused refused = assertInstanceOf(Refused.class, migrations.upgrade());

            assertTrue(refused.reason().contains(reported), refused.reason());
            assertEquals(before, Catalog.of(database));
            assertEquals(SchemaState.GOOSE, migrations.status().state());
            assertEquals(1, drift(migrations).size());
            assertEquals(
                    LastUpgrade.Outcome.FAILED,
                    migrations.status().lastUpgrade().orElseThrow().outcome());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "CREATE INDEX of_an_operator ON runs_v3 (user_name)",
                "ALTER TABLE artifact_v3 ADD COLUMN note text",
                "CREATE TABLE notes (id int)",
                "ALTER TABLE artifact_v3 ALTER COLUMN location TYPE varchar(2000)",
                "ALTER TABLE artifact_v3 ALTER COLUMN location TYPE text",
                "ALTER TABLE runs_v3 ALTER COLUMN run_number TYPE bigint",
                "ALTER TABLE runs_v3 ADD CONSTRAINT positive CHECK (ts_epoch > 0)",
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                        + " CREATE TRIGGER t AFTER INSERT ON runs_v3 FOR EACH ROW EXECUTE FUNCTION f()"
            })
    void additionalObjectsAreNoDrift(String addition) throws SQLException {
        try (TestDatabase database = Dumps.restoredWithGooseAndRows(AT.number())) {
            database.execute(addition);
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(List.of(), drift(migrations));
            assertEquals(new Upgraded(AT, migrations.newest()), migrations.upgrade());
        }
    }

    @Test
    void driftOfOurOwnLedgerIsDetectedToo() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            Migrations migrations = new Migrations(database.dataSource());
            SchemaVersion newest = migrations.newest();
            database.execute(INVALID.formatted("artifact_v3_idx_latest_attempt"));
            database.execute("DROP INDEX flows_v3_idx_ts_flow_desc");
            List<String> drift = drift(migrations);
            assertEquals(2, drift.size(), drift::toString);
            assertTrue(migrations.status().isUpToDate());
            assertEquals(new Upgraded(newest, newest, drift), migrations.upgrade());
            assertEquals(List.of(), drift(migrations));

            // Nothing is pending and nothing can be repaired: an upgrade has no work.
            database.execute("ALTER TABLE runs_v3 ALTER COLUMN ts_epoch DROP NOT NULL");
            assertEquals(1, drift(migrations).size());
            assertEquals(new AlreadyCurrent(newest), migrations.upgrade());
        }
    }

    @Test
    void differentIndexWithTheNameOfAPendingOneIsReplaced() throws SQLException {
        try (TestDatabase database = TestDatabases.at(AT.number())) {
            database.execute("CREATE INDEX runs_v3_idx_flow_ts_runnum_desc ON runs_v3 (run_number)");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(List.of(), drift(migrations));
            Upgraded upgraded = assertInstanceOf(Upgraded.class, migrations.upgrade());
            assertEquals(1, upgraded.repaired().size(), upgraded::toString);
            assertEquals(List.of(), drift(migrations));
        }
    }

    @Test
    void repairHasALockTimeoutAndIsRetried() throws Exception {
        try (TestDatabase database = Dumps.restoredWithGoose(AT.number());
                WriteTransaction writer = new WriteTransaction(database)) {
            database.execute("ALTER TABLE runs_v3 DROP COLUMN last_heartbeat_ts");
            writer.begin();
            LockRetryPolicy fewAttempts =
                    new LockRetryPolicy(Duration.ofSeconds(1), 2, Duration.ofMillis(1), Duration.ofMillis(1));
            assertInstanceOf(UpgradeOutcome.Failed.class, new Migrations(database.dataSource(), fewAttempts).upgrade());
            writer.commit();
            Upgraded upgraded =
                    assertInstanceOf(Upgraded.class, new Migrations(database.dataSource(), fewAttempts).upgrade());
            assertEquals(1, upgraded.repaired().size());
        }
    }

    private static List<String> drift(Migrations migrations) throws SQLException {
        return migrations.status().drift().stream()
                .map(SchemaDifference::toString)
                .toList();
    }
}

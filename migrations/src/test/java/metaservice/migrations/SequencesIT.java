package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences that are behind their rows, as after rows were copied into a database. */
@Tag("extended")
class SequencesIT {

    private static final String ROWS = """
            INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('A', 1), ('B', 1);
            INSERT INTO runs_v3 (flow_id, run_number, ts_epoch) VALUES ('A', 7, 1), ('B', 12, 1), ('A', 9, 1);
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('A', 7, 's', 1);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, task_id, ts_epoch) VALUES ('A', 7, 's', 30, 1);
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, id, field_name, value, type, user_name, ts_epoch)
            VALUES ('A', 7, 's', 30, 40, 'f', 'v', 't', 'u', 1);
            """;

    @ParameterizedTest(name = "from schema {0}")
    @CsvSource({"0", "1", "20260706000003", "20261120000000"})
    void sequencesThatAreBehindAreReportedAndSetByAnUpgrade(long version) throws SQLException {
        try (TestDatabase database = TestDatabases.at(version)) {
            database.execute(ROWS);
            Migrations migrations = new Migrations(database.dataSource());
            Set<String> expected = new HashSet<>(Set.of(
                    "sequence runs_v3_run_number_seq is 0, expected at least 12",
                    "sequence tasks_v3_task_id_seq is 0, expected at least 30",
                    "sequence metadata_v3_id_seq is 0, expected at least 40"));
            if (version < 20201002000616L) {
                // No index begins with the number of metadata, so its highest value is not read.
                expected.removeIf(difference -> difference.startsWith("sequence metadata_v3"));
            }
            assertEquals(
                    expected,
                    migrations.status().drift().stream()
                            .map(SchemaDifference::toString)
                            .collect(Collectors.toSet()));

            assertInstanceOf(Upgraded.class, migrations.upgrade());
            assertEquals(List.of(), migrations.status().drift());
            assertEquals(
                    List.of(List.of(13L, 31L, 41L)),
                    database.query("SELECT nextval('runs_v3_run_number_seq'), nextval('tasks_v3_task_id_seq'),"
                            + " nextval('metadata_v3_id_seq')"));
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
        }
    }

    @Test
    void statusLocksTablesBeforeTheirSequencesAsTruncateWithRestartIdentityDoes() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("ALTER SEQUENCE runs_v3_run_number_seq RENAME TO renamed");
            BackgroundTask<SchemaStatus> status =
                    new BackgroundTask<>(() -> new Migrations(database.dataSource()).status());
            String waiting = "SELECT FROM pg_locks w WHERE NOT w.granted AND w.relation = 'renamed'::regclass";
            Eventually.await(
                    "the status waits for the sequence",
                    () -> statement.executeQuery(waiting).next());
            assertEquals(
                    1,
                    database.query("SELECT FROM pg_locks w JOIN pg_locks held USING (pid)"
                                    + " WHERE NOT w.granted AND held.granted AND held.relation = 'runs_v3'::regclass")
                            .size());
            other.rollback();
            assertEquals(List.of(), status.result().drift());
        }
    }

    @Test
    void sequenceThatIsAheadOrSetForItsNextValueIsNotBehind() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(
                    ROWS + "SELECT setval('runs_v3_run_number_seq', 13, false), setval('tasks_v3_task_id_seq', 30),"
                            + " setval('metadata_v3_id_seq', 4000)");
            assertEquals(
                    List.of(), new Migrations(database.dataSource()).status().drift());
        }
    }

    @Test
    void sequenceOfGoosesLedgerThatIsBehindDoesNotPreventAnUpgrade() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("SELECT setval('goose_db_version_id_seq', 1, false),"
                    + " setval('metaservice_upgrades_id_seq', 1, false)");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(new Upgraded(new SchemaVersion(1), migrations.newest()), migrations.upgrade());
        }
    }
}

package metaservice.benchmarks.load;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The rows that the requests work on, in one database. Immutable.
 *
 * @param database where they are
 * @param values what replaces the markers of a {@link Call}, by name
 * @param firstBeat the number of the first run for heartbeats and tags; the others follow it
 * @param beatCount how many such runs there are
 * @param firstRun the number of the first run that gets tasks; the others follow it
 * @param firstTask the first task that gets metadata and artifacts; the others follow it, {@value #TASKS_PER_RUN} in each run
 */
record TestData(
        DataSource database, Map<String, Object> values, long firstBeat, int beatCount, long firstRun, long firstTask) {

    static final int TASKS_PER_RUN = 100;
    static final int TASKS = 100 * TASKS_PER_RUN;

    private static final int LISTED_RUNS = 1000;
    private static final int ARTIFACTS_OF_TASK = 50;
    private static final int METADATA_OF_TASK = 40;

    private static final String RUN_COLUMNS = "flow_id, user_name, ts_epoch, tags, system_tags";
    private static final String RUN_VALUES = "'user', 1700000000000 + n, '[\"nightly\"]'::jsonb, '[\"user:user\","
            + " \"runtime:dev\", \"metaflow_version:2.18.0\"]'::jsonb";

    /** Adds the rows to a database of the newest schema, under the names of new flows. */
    static TestData fill(DataSource database, int beatCount) throws SQLException {
        String flow = "Load" + System.currentTimeMillis();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            long firstRun = runs(statement, flow, TASKS / TASKS_PER_RUN);
            long readRun = runs(statement, flow + "Read", 1);
            runs(statement, flow + "List", LISTED_RUNS);
            runs(statement, flow + "Status", LISTED_RUNS);
            long firstBeat = runs(statement, flow + "Beats", beatCount);
            steps(statement, flow, "start");
            steps(statement, flow + "Read", "start");
            steps(statement, flow + "Status", "end");
            tasks(statement, flow, "start", firstRun, TASKS);
            tasks(statement, flow + "Read", "start", readRun, 1);
            contents(statement, flow, 10, 8);
            contents(statement, flow + "Read", ARTIFACTS_OF_TASK, METADATA_OF_TASK);
            results(statement, flow + "Status");
            statement.execute("VACUUM ANALYZE");
            Map<String, Object> values = Map.of(
                    "flow", flow,
                    "list", flow + "List",
                    "status", flow + "Status",
                    "beats", flow + "Beats",
                    "read", flow + "Read",
                    "readrun", readRun,
                    "readtask", firstTask(statement, flow + "Read"));
            return new TestData(database, values, firstBeat, beatCount, firstRun, firstTask(statement, flow));
        }
    }

    /**
     * Sets the runs for heartbeats and tags back, so that every heartbeat is stored: a heartbeat within 10 s of the last one
     * is not.
     */
    void restoreBeats() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE runs_v3 SET last_heartbeat_ts = NULL, tags = '[\"nightly\"]' WHERE flow_id = '"
                    + values.get("beats") + "' AND (last_heartbeat_ts IS NOT NULL OR tags <> '[\"nightly\"]')");
            statement.execute("VACUUM runs_v3");
        }
    }

    /** Writes dirty pages now, so that an earlier measurement leaves less work to the next one. */
    void checkpoint() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private static long runs(Statement statement, String flow, int count) throws SQLException {
        statement.execute("INSERT INTO flows_v3 (flow_id, user_name, ts_epoch, tags, system_tags) VALUES ('" + flow
                + "', 'user', 1700000000000, '[]', '[]')");
        statement.execute("INSERT INTO runs_v3 (" + RUN_COLUMNS + ") SELECT '" + flow + "', " + RUN_VALUES
                + " FROM generate_series(1, " + count + ") n");
        return number(statement, "SELECT min(run_number) FROM runs_v3 WHERE flow_id = '" + flow + "'");
    }

    private static void steps(Statement statement, String flow, String step) throws SQLException {
        statement.execute(
                "INSERT INTO steps_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)"
                        + " SELECT flow_id, run_number, '" + step
                        + "', user_name, ts_epoch, tags, system_tags FROM runs_v3"
                        + " WHERE flow_id = '" + flow + "'");
    }

    private static void tasks(Statement statement, String flow, String step, long firstRun, int count)
            throws SQLException {
        statement.execute(
                "INSERT INTO tasks_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)"
                        + " SELECT '" + flow + "', " + firstRun + " + (n - 1) / " + TASKS_PER_RUN + ", '" + step
                        + "', 'user', 1700000000000 + n, '[]', '[]' FROM generate_series(1, " + count
                        + ") n ORDER BY n");
    }

    private static long firstTask(Statement statement, String flow) throws SQLException {
        return number(statement, "SELECT min(task_id) FROM tasks_v3 WHERE flow_id = '" + flow + "'");
    }

    /** Gives every task of a flow its artifacts and metadata. */
    private static void contents(Statement statement, String flow, int artifacts, int metadata) throws SQLException {
        statement.execute(
                "INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, sha,"
                        + " type, content_type, user_name, attempt_id, ts_epoch, tags, system_tags) SELECT flow_id, run_number,"
                        + " step_name, task_id, 'name-' || n, 's3://bucket/metaflow/Flow/data/' || md5(n::text), 's3',"
                        + " md5(n::text), 'metaflow.artifact', 'gzip+pickle-v4', 'user', 0, ts_epoch + n, '[]', '[]'"
                        + " FROM tasks_v3, generate_series(1, " + artifacts + ") n WHERE flow_id = '" + flow + "'");
        statement.execute("INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type,"
                + " user_name, ts_epoch, tags, system_tags) SELECT flow_id, run_number, step_name, task_id,"
                + " 'field-' || n, 'value of field ' || n, 'type', 'user', ts_epoch + n, '[\"attempt_id:0\"]', '[]'"
                + " FROM tasks_v3, generate_series(1, " + metadata + ") n WHERE flow_id = '" + flow + "'");
    }

    /** Every second run is completed, a quarter has failed, and a quarter has no result. */
    private static void results(Statement statement, String flow) throws SQLException {
        String insert = "INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type,"
                + " user_name, ts_epoch, tags, system_tags) SELECT flow_id, run_number, 'end', 1, ";
        String fromRuns = ", '[]', '[]' FROM runs_v3 WHERE flow_id = '" + flow + "'";
        statement.execute(insert + "'attempt', '0', 'attempt', user_name, ts_epoch" + fromRuns);
        statement.execute(insert + "'attempt_ok', CASE WHEN run_number % 4 < 2 THEN 'True' ELSE 'False' END, 'bool',"
                + " user_name, ts_epoch + 1" + fromRuns + " AND run_number % 4 < 3");
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}

package metaservice.benchmarks.load;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills an empty database of the newest schema with a given number of runs. A flow, a run or a task has the same number of
 * children whatever that number is:
 *
 * <ul>
 *   <li>A flow has about {@value #RUNS_PER_FLOW} runs. The runs of different flows alternate, as they do in time.
 *   <li>Every run has the step {@code start} and, three times out of four, a result in the metadata of the step {@code end}.
 *   <li>Every {@value #RUNS_PER_RUN_WITH_TASKS}th run also has the step {@code end}, and {@value #TASKS_PER_RUN} tasks: nine
 *       of {@code start} and one of {@code end}.
 *   <li>Every {@value #RUNS_PER_RUN_WITH_CONTENTS}th run also has {@value #CONTENTS_PER_TASK} artifacts and as many metadata
 *       for each of its tasks.
 * </ul>
 *
 * <p>So there are as many tasks and artifacts as runs, and almost twice as many metadata. A flow of its own has
 * {@value #ACTIVE_RUNS} further runs, the newest ones, for requests that write: these would otherwise add more children to
 * each flow of a small database than to those of a large one.
 */
final class ScaleFiller {

    static final int RUNS_PER_FLOW = 1000;
    static final int RUNS_PER_RUN_WITH_TASKS = 10;
    static final int RUNS_PER_RUN_WITH_CONTENTS = 100;
    static final int TASKS_PER_RUN = 10;
    static final int CONTENTS_PER_TASK = 10;

    static final String ACTIVE_FLOW = "Active";
    static final int ACTIVE_RUNS = 5000;

    /** One run in a second; {@code n} is its number. */
    private static final String TIME = "(1700000000000 + n::bigint * 1000)";

    private static final String OWNER =
            "'user' || n % 50, " + TIME + ", '[\"nightly\"]'::jsonb, jsonb_build_array('user:user'"
                    + " || n % 50, 'runtime:dev', 'python_version:3.11', 'metaflow_version:2.18.0')";

    /** The tasks with contents as {@code n}, the number of their run, and {@code k}, their number in the run from 0 on. */
    private static final String TASKS_WITH_CONTENTS =
            "FROM generate_series(0, %d) c, LATERAL (SELECT (c / 10 + 1) * 100 AS n, c %% 10 AS k) task,"
                    + " generate_series(0, 9) field";

    private static final String OF_TASK = ", n, CASE WHEN k = 9 THEN 'end' ELSE 'start' END, n - 9 + k";

    private final Statement statement;
    private final int runs;

    private ScaleFiller(Statement statement, int runs) {
        this.statement = statement;
        this.runs = runs;
    }

    /**
     * Fills the tables, and collects statistics as autovacuum does.
     *
     * @param runs a multiple of {@value #RUNS_PER_FLOW}
     */
    static void fill(Connection connection, int runs) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ScaleFiller filler = new ScaleFiller(statement, runs);
            statement.execute("SET synchronous_commit = off");
            statement.execute("SET maintenance_work_mem = '512MB'");
            // Indexes that are built afterwards are built faster, and are as compact as those of a real database at
            // best.
            List<String> indexes = filler.dropIndexes();
            filler.insert();
            for (String index : indexes) {
                statement.execute(index);
            }
            statement.execute("VACUUM ANALYZE");
            statement.execute("CHECKPOINT");
        }
    }

    /** The SQL expression for the flow of the run {@code n}, in a database of this size. */
    static String flow(int runs) {
        // Seven and a hundred have no common divisor, so the runs with tasks and contents are spread over all flows.
        return "'Flow' || n / 7 % " + runs / RUNS_PER_FLOW;
    }

    private void insert() throws SQLException {
        String flow = flow(runs);
        String allRuns = " FROM generate_series(1, " + runs + ") n";
        String flows = "flows_v3 (flow_id, user_name, ts_epoch, tags, system_tags)";
        String runColumns = "runs_v3 (flow_id, run_number, user_name, ts_epoch, tags, system_tags, last_heartbeat_ts)";
        String steps = "steps_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)";
        insert(flows, "'Flow' || n, " + OWNER + " FROM generate_series(0, " + (runs / RUNS_PER_FLOW - 1) + ") n");
        insert(runColumns, flow + ", n, " + OWNER + ", " + TIME + " / 1000 + 60" + allRuns);
        insert(steps, flow + ", n, 'start', " + OWNER + allRuns);
        insert(steps, flow + ", n, 'end', " + OWNER + allRuns + " WHERE n % 10 = 0");
        String activeRuns = " FROM generate_series(" + (runs + 1) + ", " + (runs + ACTIVE_RUNS) + ") n";
        insert(flows, "'" + ACTIVE_FLOW + "', " + OWNER + " FROM generate_series(1, 1) n");
        insert(runColumns, "'" + ACTIVE_FLOW + "', n, " + OWNER + ", NULL::bigint" + activeRuns);
        insert(steps, "'" + ACTIVE_FLOW + "', n, 'start', " + OWNER + activeRuns);
        insert(
                "tasks_v3 (flow_id, run_number, step_name, task_id, user_name, ts_epoch, tags, system_tags,"
                        + " last_heartbeat_ts)",
                flow + OF_TASK + ", 'user' || n % 50, " + TIME + " + k, '[]', '[]', " + TIME
                        + " / 1000 + 60 FROM generate_series(10, " + runs + ", 10) n, generate_series(0, 9) k");
        String contents = TASKS_WITH_CONTENTS.formatted(runs / 10 - 1);
        insert(
                "artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, sha, type, content_type,"
                        + " user_name, attempt_id, ts_epoch, tags, system_tags)",
                flow + OF_TASK + ", 'name-' || field, 's3://bucket/metaflow/data/' || md5((c * 10 + field)::text),"
                        + " 's3', md5((c * 10 + field)::text), 'metaflow.artifact', 'gzip+pickle-v4', 'user' || n % 50,"
                        + " 0, " + TIME + " + field, '[]', '[]' " + contents);
        String metadata = "metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, user_name,"
                + " ts_epoch, tags, system_tags)";
        insert(
                metadata,
                flow + OF_TASK + ", CASE WHEN field = 0 THEN 'attempt' ELSE 'field-' || field END,"
                        + " 'value of field ' || field, 'type', 'user' || n % 50, " + TIME
                        + " + field, '[\"attempt_id:0\"]', '[]' " + contents);
        String block = "n / " + runs / RUNS_PER_FLOW + " % 4";
        insert(
                metadata,
                flow + ", n, 'end', n, 'attempt_ok', CASE WHEN " + block + " < 2 THEN 'True' ELSE 'False' END,"
                        + " 'internal_attempt_status', 'user' || n % 50, " + TIME
                        + " + 60000, '[\"attempt_id:0\"]', '[]'" + allRuns + " WHERE " + block + " < 3");
        statement.execute("SELECT setval('runs_v3_run_number_seq', " + (runs + ACTIVE_RUNS)
                + "), setval('tasks_v3_task_id_seq', " + runs + ")");
    }

    private void insert(String tableAndColumns, String select) throws SQLException {
        statement.execute("INSERT INTO " + tableAndColumns + " SELECT " + select);
    }

    /** Drops all indexes and constraints that need them, and returns the statements that create them again. */
    private List<String> dropIndexes() throws SQLException {
        List<String> drop = new ArrayList<>();
        List<String> create = new ArrayList<>();
        try (ResultSet row = statement.executeQuery("""
                SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                  format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
                  contype = 'f' AS is_foreign, conname AS name
                FROM pg_constraint WHERE connamespace = current_schema::regnamespace AND contype IN ('p', 'u', 'f')
                  AND conrelid::regclass::text LIKE '%\\_v3'
                UNION ALL
                SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), false, indexrelid::regclass::text
                FROM pg_index WHERE indrelid::regclass::text LIKE '%\\_v3'
                  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
                ORDER BY is_foreign, name""")) {
            while (row.next()) {
                // Foreign keys first, because they need the keys that they refer to.
                drop.add(row.getBoolean(3) ? 0 : drop.size(), row.getString(1));
                create.add(row.getString(2));
            }
        }
        for (String sql : drop) {
            statement.execute(sql);
        }
        return create;
    }
}

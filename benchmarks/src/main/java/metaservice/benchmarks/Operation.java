package metaservice.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One kind of request that is measured.
 *
 * @param name for the table
 * @param method of the request
 * @param path of the request
 * @param body JSON, empty for none
 * @param ceiling the statement that the service runs for it, for {@code pgbench}; empty if there is none or it is no single one
 */
record Operation(String name, String method, String path, String body, Optional<String> ceiling) {

    private static final String LABELS = "\"user_name\": \"u\", \"tags\": [\"a\", \"b\"], \"system_tags\": [\"c\"]";
    private static final String RUN_COLUMNS =
            "r.flow_id, coalesce(r.run_id, r.run_number::text), r.user_name, r.ts_epoch,"
                    + " r.tags, r.system_tags, r.last_heartbeat_ts";
    private static final String RUN = "r.flow_id = 'Load' AND r.run_number = %d";
    private static final String TASK =
            "t.flow_id = 'Load' AND t.run_number = %1$d AND t.step_name = 'start' AND t.task_id = %2$d";
    private static final String TIME = "extract(epoch FROM now())::bigint";

    /** The flow of all objects. */
    static final String FLOW = "/flows/Load";

    /** The flow with a thousand runs. */
    static final String LONG_FLOW = "/flows/LoadOfRuns";

    /** The body that creates a flow, a run, a step or a task. */
    static final String NEW = "{" + LABELS + "}";

    /**
     * All operations on a run and a task of it.
     *
     * @param run its number
     * @param task its number
     */
    static List<Operation> all(long run, long task) {
        String runPath = FLOW + "/runs/" + run;
        String taskPath = runPath + "/steps/start/tasks/" + task;
        return List.of(
                new Operation("ping", "GET", "/ping", "", Optional.empty()),
                new Operation(
                        "get run",
                        "GET",
                        runPath,
                        "",
                        Optional.of("SELECT " + RUN_COLUMNS + " FROM runs_v3 r WHERE " + RUN.formatted(run))),
                new Operation(
                        "list of 1000 runs",
                        "GET",
                        LONG_FLOW + "/runs",
                        "",
                        Optional.of("SELECT " + RUN_COLUMNS
                                + " FROM runs_v3 r WHERE r.flow_id = 'LoadOfRuns' ORDER BY r.ts_epoch DESC")),
                new Operation("runs by status", "GET", LONG_FLOW + "/runs?status=running", "", Optional.empty()),
                new Operation(
                        "artifacts of a task (50)",
                        "GET",
                        taskPath + "/artifacts",
                        "",
                        Optional.of(ofTask("artifact_v3", run, task))),
                new Operation(
                        "metadata of a task (40)",
                        "GET",
                        taskPath + "/metadata",
                        "",
                        Optional.of(ofTask("metadata_v3", run, task))),
                new Operation(
                        "create run",
                        "POST",
                        FLOW + "/run",
                        NEW,
                        Optional.of("INSERT INTO runs_v3 AS r (flow_id, user_name, tags, system_tags, ts_epoch)"
                                + " VALUES ('Load', 'u', '[\"a\", \"b\"]', '[\"c\"]', " + TIME + ") RETURNING "
                                + RUN_COLUMNS)),
                new Operation(
                        "create task",
                        "POST",
                        runPath + "/steps/start/task",
                        NEW,
                        Optional.of("WITH r AS (SELECT r.* FROM runs_v3 r WHERE " + RUN.formatted(run)
                                + "), t AS (INSERT INTO tasks_v3 (flow_id, run_number, run_id, step_name, user_name, tags,"
                                + " system_tags, ts_epoch) SELECT r.flow_id, r.run_number, r.run_id, 'start', 'u', '[]', '[]', "
                                + TIME + " FROM r RETURNING *) SELECT t.*, r.tags FROM t, r")),
                new Operation(
                        "metadata batch of 8",
                        "POST",
                        taskPath + "/metadata",
                        metadata(8),
                        Optional.of(metadataInsert(run, task, 8))),
                new Operation("artifact batch of 10", "POST", taskPath + "/artifact", artifacts(10), Optional.empty()),
                new Operation(
                        "run heartbeat",
                        "POST",
                        runPath + "/heartbeat",
                        "{}",
                        Optional.of("WITH beat AS (UPDATE runs_v3 r SET last_heartbeat_ts = " + TIME + " WHERE "
                                + RUN.formatted(run) + " AND coalesce(last_heartbeat_ts, 0) + 10 <= " + TIME
                                + " RETURNING 1) SELECT EXISTS (SELECT 1 FROM beat), EXISTS (SELECT 1 FROM runs_v3 r WHERE "
                                + RUN.formatted(run) + ")")),
                new Operation(
                        "tag mutation",
                        "PATCH",
                        runPath + "/tag/mutate",
                        "{\"tags_to_add\": [\"a\"], \"tags_to_remove\": [\"z\"]}",
                        Optional.of("SELECT r.tags, r.system_tags FROM runs_v3 r WHERE " + RUN.formatted(run))));
    }

    private static String ofTask(String table, long run, long task) {
        return "SELECT t.* FROM " + table + " t WHERE " + TASK.formatted(run, task) + " ORDER BY t.ts_epoch DESC";
    }

    private static String metadataInsert(long run, long task, int rows) {
        return "INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, user_name,"
                + " tags, system_tags, ts_epoch) SELECT 'Load', " + run + ", 'start', " + task
                + ", 'f' || n, 'value', 't', 'u', '[]', '[]', " + TIME + " FROM generate_series(1, " + rows + ") n";
    }

    /** A batch of metadata. */
    static String metadata(int rows) {
        return IntStream.range(0, rows)
                .mapToObj(
                        n -> "{\"field_name\": \"f" + n + "\", \"value\": \"value\", \"type\": \"t\", " + LABELS + "}")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** A batch of artifacts. */
    static String artifacts(int rows) {
        return IntStream.range(0, rows)
                .mapToObj(n -> "{\"name\": \"a" + n + "\", \"location\": \"s3://bucket/data/" + n
                        + "\", \"ds_type\": \"s3\", \"sha\": \"da39a3ee5e6b4b0d3255bfef95601890afd80709\","
                        + " \"type\": \"metaflow.artifact\", \"content_type\": \"gzip+pickle-v4\", \"attempt_id\": 0, "
                        + LABELS + "}")
                .collect(Collectors.joining(", ", "[", "]"));
    }
}

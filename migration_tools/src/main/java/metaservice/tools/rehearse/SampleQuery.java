package metaservice.tools.rehearse;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The queries of a sample: the newest runs, the flows of these and the newest flows, and below them the newest rows whose
 * parents are in the sample. Each query chooses the parents again, in the same order, so all of them need the same snapshot.
 * Pure functions of values.
 *
 * @param schema the schema of the tables, as SQL
 * @param rows most rows of each table
 */
record SampleQuery(String schema, int rows) {

    /** The tables, parents first. */
    static final List<String> TABLES =
            List.of("flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3");

    private static final String PARENTS = """
            WITH sampled_runs AS (
                SELECT flow_id, run_number FROM %1$s.runs_v3
                ORDER BY ts_epoch DESC, flow_id, run_number DESC LIMIT %2$d
            ), sampled_steps AS (
                SELECT flow_id, run_number, step_name FROM %1$s.steps_v3 JOIN sampled_runs USING (flow_id, run_number)
                ORDER BY ts_epoch DESC, flow_id, run_number, step_name LIMIT %2$d
            ), sampled_tasks AS (
                SELECT flow_id, run_number, step_name, task_id FROM %1$s.tasks_v3
                JOIN sampled_steps USING (flow_id, run_number, step_name)
                ORDER BY ts_epoch DESC, task_id DESC LIMIT %2$d
            )
            """;

    /** Rows of a table, as a statement that copies them out. */
    String copy(String table, List<String> columns) {
        String wanted = columns.stream().map(column -> "t." + column).collect(Collectors.joining(", "));
        return "COPY (" + PARENTS.formatted(schema, rows) + "SELECT " + wanted + " FROM " + schema + "." + table + " t "
                + rowsOf(table) + " LIMIT " + rows + ") TO STDOUT";
    }

    private static String rowsOf(String table) {
        return switch (table) {
            case "flows_v3" ->
                "ORDER BY t.flow_id IN (SELECT flow_id FROM sampled_runs) DESC, t.ts_epoch DESC, t.flow_id";
            case "runs_v3" -> "JOIN sampled_runs USING (flow_id, run_number)";
            case "steps_v3" -> "JOIN sampled_steps USING (flow_id, run_number, step_name)";
            case "tasks_v3" -> "JOIN sampled_tasks USING (flow_id, run_number, step_name, task_id)";
            default ->
                "JOIN sampled_tasks USING (flow_id, run_number, step_name, task_id) ORDER BY t.ts_epoch DESC, t.task_id DESC";
        };
    }
}

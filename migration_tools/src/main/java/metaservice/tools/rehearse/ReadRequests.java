package metaservice.tools.rehearse;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes the paths of GET requests for rows of the copy: the newest of each table, and lists of them. */
final class ReadRequests {

    private static final int OF_EACH_TABLE = 5;

    private static final String RUNS = "SELECT flow_id, run_number FROM runs_v3 ORDER BY ts_epoch DESC LIMIT ";
    private static final String STEPS =
            "SELECT flow_id, run_number, step_name FROM steps_v3 ORDER BY ts_epoch DESC LIMIT ";
    private static final String TASKS =
            "SELECT flow_id, run_number, step_name, task_id FROM tasks_v3 ORDER BY ts_epoch DESC LIMIT ";
    private static final String METADATA =
            "SELECT flow_id, run_number, step_name, task_id, field_name FROM metadata_v3 ORDER BY ts_epoch DESC LIMIT ";
    private static final String ARTIFACTS =
            "SELECT flow_id, run_number, step_name, task_id, name, attempt_id FROM artifact_v3 ORDER BY ts_epoch DESC LIMIT ";

    private final Set<String> paths = new LinkedHashSet<>();

    private ReadRequests() {}

    /** Reads the rows and makes the paths, each once. */
    static List<String> of(Connection connection) throws SQLException {
        ReadRequests requests = new ReadRequests();
        requests.add("/flows");
        try (Statement statement = connection.createStatement()) {
            for (List<String> run : rows(statement, RUNS)) {
                requests.run(run);
            }
            for (List<String> step : rows(statement, STEPS)) {
                requests.run(step);
                requests.step(step);
            }
            for (List<String> task : rows(statement, TASKS)) {
                requests.step(task);
                requests.task(task);
            }
            for (List<String> metadata : rows(statement, METADATA)) {
                requests.task(metadata);
                requests.add(step(metadata, "/filtered_tasks?metadata_field_name=" + metadata.get(4) + "&pattern=."));
            }
            for (List<String> artifact : rows(statement, ARTIFACTS)) {
                requests.task(artifact);
                requests.add(taskPath(artifact) + "/artifacts/" + artifact.get(4));
                requests.add(taskPath(artifact) + "/artifacts/" + artifact.get(4) + "/attempt/" + artifact.get(5));
                requests.add(taskPath(artifact) + "/attempt/" + artifact.get(5) + "/artifacts");
            }
        }
        return List.copyOf(requests.paths);
    }

    private static List<List<String>> rows(Statement statement, String query) throws SQLException {
        List<List<String>> all = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(query + OF_EACH_TABLE)) {
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    values.add(URLEncoder.encode(row.getString(i), StandardCharsets.UTF_8)
                            .replace("+", "%20"));
                }
                all.add(values);
            }
        }
        return all;
    }

    private void run(List<String> row) {
        String flow = "/flows/" + row.get(0);
        add(flow, flow + "/runs");
        String run = flow + "/runs/" + row.get(1);
        add(run, run + "/steps", run + "/metadata", run + "/artifacts");
    }

    private void step(List<String> row) {
        add(step(row, ""), step(row, "/tasks"), step(row, "/artifacts"));
    }

    private void task(List<String> row) {
        add(taskPath(row), taskPath(row) + "/metadata", taskPath(row) + "/artifacts");
    }

    private static String step(List<String> row, String rest) {
        return "/flows/" + row.get(0) + "/runs/" + row.get(1) + "/steps/" + row.get(2) + rest;
    }

    private static String taskPath(List<String> row) {
        return step(row, "/tasks/" + row.get(3));
    }

    private void add(String... more) {
        paths.addAll(List.of(more));
    }
}

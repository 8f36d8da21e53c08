package metaservice.benchmarks.load;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The objects that the requests of {@link ScaleWorkload} concern: as many in a large database as in a small one, so that what
 * is measured is the size of the tables and not how much of them the requests touch. Immutable.
 *
 * @param read the values of {@link Call} markers for reads: the tasks of 100 runs that are spread evenly over the database
 * @param newest the same for writes: the newest runs of the database, because clients write to those
 */
record ScaleSample(List<Map<String, Object>> read, List<Map<String, Object>> newest) {

    private static final int READ_RUNS = 100;
    private static final int NEWEST_RUNS = 10_000;

    /** The smallest database that has these objects. */
    static final int FEWEST_RUNS = Math.max(NEWEST_RUNS, READ_RUNS * ScaleFiller.RUNS_PER_RUN_WITH_CONTENTS);

    /** The hash makes an order that is the same in every run and in which neighbours do not follow each other. */
    private static final String READ = """
            SELECT t.flow_id AS flow, t.run_number AS run, t.task_id AS task, t.step_name AS step,
              %1$s AS runcursor, %2$s AS taskcursor
            FROM generate_series(%3$d, %4$d, %3$d) n
            JOIN runs_v3 r ON r.flow_id = %5$s AND r.run_number = n
            JOIN tasks_v3 t ON t.flow_id = r.flow_id AND t.run_number = r.run_number
            ORDER BY md5(t.task_id::text)""";

    private static final String NEWEST =
            "SELECT %3$s AS flow, n AS run FROM generate_series(%1$d, %2$d) n ORDER BY md5(n::text)";

    static ScaleSample of(DataSource database, int runs) throws SQLException {
        String flow = ScaleFiller.flow(runs);
        String read = READ.formatted(
                cursor("'ts_epoch', r.ts_epoch, 'run_number', r.run_number"),
                cursor("'ts_epoch', t.ts_epoch, 'task_id', t.task_id"),
                runs / READ_RUNS,
                runs,
                flow);
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            return new ScaleSample(
                    rows(statement, read), rows(statement, NEWEST.formatted(runs - NEWEST_RUNS + 1, runs, flow)));
        }
    }

    /** A cursor of the API with these members, as it is written in an address. */
    private static String cursor(String members) {
        String json = "json_build_object(" + members + ")::text";
        return "replace(translate(encode(convert_to(" + json + ", 'UTF8'), 'base64'), E'\\n', ''), '+', '%2B')";
    }

    private static List<Map<String, Object>> rows(Statement statement, String sql) throws SQLException {
        List<Map<String, Object>> all = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                Map<String, Object> values = new HashMap<>();
                for (int i = 1; i <= columns; i++) {
                    values.put(row.getMetaData().getColumnLabel(i), row.getObject(i));
                }
                all.add(Map.copyOf(values));
            }
        }
        return List.copyOf(all);
    }
}

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
 * @param newest the same for writes: runs of {@link ScaleFiller#ACTIVE_FLOW}, the newest ones of the database
 */
record ScaleSample(List<Map<String, Object>> read, List<Map<String, Object>> newest) {

    private static final int READ_RUNS = 100;

    /** The smallest database that has these objects. */
    static final int FEWEST_RUNS = READ_RUNS * ScaleFiller.RUNS_PER_RUN_WITH_CONTENTS;

    /** The hash makes an order that is the same in every run and in which neighbours do not follow each other. */
    private static final String READ = """
            SELECT t.flow_id AS flow, t.run_number AS run, t.task_id AS task, t.step_name AS step,
              %1$s AS runcursor, %2$s AS taskcursor
            FROM generate_series(%3$d, %4$d, %3$d) n
            JOIN runs_v3 r ON r.flow_id = %5$s AND r.run_number = n
            JOIN tasks_v3 t ON t.flow_id = r.flow_id AND t.run_number = r.run_number
            ORDER BY md5(t.task_id::text)""";

    private static final String NEWEST = "SELECT flow_id AS flow, run_number AS run FROM runs_v3 WHERE flow_id = '"
            + ScaleFiller.ACTIVE_FLOW + "' ORDER BY md5(run_number::text)";

    static ScaleSample of(DataSource database, int runs) throws SQLException {
        String read = READ.formatted(
                cursor("'ts_epoch', r.ts_epoch, 'run_number', r.run_number"),
                cursor("'ts_epoch', t.ts_epoch, 'task_id', t.task_id"),
                runs / READ_RUNS,
                runs,
                ScaleFiller.flow(runs));
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            return new ScaleSample(rows(statement, read), rows(statement, NEWEST));
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

package metaservice.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Fills a database of schema version 1. */
final class Filler {

    private static final int TASKS_PER_RUN = 100;

    private Filler() {}

    /** Fills the six tables; rows look like those of real flows. */
    static void fill(Connection connection, Size size) throws SQLException {
        int runs = Math.max(1, size.tasks() / TASKS_PER_RUN);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO flows_v3 (flow_id, user_name, ts_epoch, tags, system_tags)"
                    + " VALUES ('Flow', 'user', 1700000000000, '[]', '[]')");
            statement.execute("INSERT INTO runs_v3 (flow_id, run_number, user_name, ts_epoch, tags, system_tags)"
                    + " SELECT 'Flow', n, 'user', 1700000000000 + n, '[\"nightly\"]', '[\"user:user\"]'"
                    + " FROM generate_series(1, " + runs + ") n");
            statement.execute(
                    "INSERT INTO steps_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)"
                            + " SELECT 'Flow', n, 'start', 'user', 1700000000000 + n, '[]', '[]' FROM generate_series(1, "
                            + runs
                            + ") n");
            statement.execute(
                    "INSERT INTO tasks_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)"
                            + " SELECT 'Flow', 1 + n % " + runs + ", 'start', 'user', 1700000000000 + n, '[]', '[]'"
                            + " FROM generate_series(1, " + size.tasks() + ") n");
            statement.execute(
                    "INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type,"
                            + " user_name, ts_epoch, tags, system_tags) SELECT 'Flow', 1 + n % " + runs
                            + ", 'start', 1 + n % "
                            + size.tasks() + ", 'field-' || n, 'value ' || n, 'type', 'user', 1700000000000 + n,"
                            + " '[\"attempt_id:0\"]', '[]' FROM generate_series(1, " + size.metadata() + ") n");
            statement.execute(
                    "INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type,"
                            + " sha, type, content_type, user_name, attempt_id, ts_epoch, tags, system_tags) SELECT 'Flow', 1 + n % "
                            + runs + ", 'start', 1 + n % " + size.tasks()
                            + ", 'name-' || n, 's3://bucket/' || md5(n::text), 's3',"
                            + " md5(n::text), 'metaflow.artifact', 'gzip+pickle-v4', 'user', 0, 1700000000000 + n, '[]', '[]'"
                            + " FROM generate_series(1, " + size.artifacts() + ") n");
            statement.execute("SELECT setval('runs_v3_run_number_seq', " + runs + ")");
            statement.execute("VACUUM ANALYZE");
            statement.execute("CHECKPOINT");
        }
    }
}

package metaservice.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The baseline: an upgrade from schema version 1 to 20260706000003 that does not try to keep locks short. Each version is
 * one transaction, with plain index builds and with keys that are built under an exclusive lock.
 */
final class PlainUpgrade {

    private static final List<List<String>> VERSIONS = List.of(
            List.of(
                    "ALTER TABLE runs_v3 ADD COLUMN run_id varchar(255), ADD COLUMN last_heartbeat_ts bigint,"
                            + " ADD UNIQUE (flow_id, run_id)",
                    "ALTER TABLE steps_v3 ADD COLUMN run_id varchar(255), ADD UNIQUE (flow_id, run_id, step_name)",
                    "ALTER TABLE tasks_v3 ADD COLUMN run_id varchar(255), ADD COLUMN task_name varchar(255),"
                            + " ADD COLUMN last_heartbeat_ts bigint,"
                            + " ADD UNIQUE (flow_id, run_number, step_name, task_name)",
                    "ALTER TABLE metadata_v3 ADD COLUMN run_id varchar(255), ADD COLUMN task_name varchar(255)",
                    "ALTER TABLE artifact_v3 ADD COLUMN run_id varchar(255), ADD COLUMN task_name varchar(255)"),
            List.of(
                    "ALTER TABLE metadata_v3 DROP CONSTRAINT metadata_v3_pkey",
                    "ALTER TABLE metadata_v3 ADD PRIMARY KEY (id, flow_id, run_number, step_name, task_id, field_name)",
                    "CREATE INDEX ON metadata_v3 (flow_id, run_number, step_name, task_id, field_name)"),
            List.of(
                    "CREATE INDEX ON runs_v3 (flow_id, ts_epoch DESC)",
                    "CREATE INDEX ON runs_v3 USING gin ((tags || system_tags))",
                    "CREATE INDEX ON runs_v3 (ts_epoch)"),
            List.of("CREATE INDEX ON tasks_v3 (flow_id, run_id, step_name, task_name)"),
            List.of(
                    "CREATE INDEX ON artifact_v3 (flow_id, run_id, step_name, task_name, attempt_id, name)",
                    "CREATE INDEX ON metadata_v3 (id, flow_id, run_id, step_name, task_name, field_name)"),
            List.of(
                    "CREATE INDEX ON artifact_v3 (flow_id, run_id, step_name, task_id, attempt_id, name)",
                    "CREATE INDEX ON metadata_v3 (flow_id, run_id, step_name, task_name, field_name)",
                    "CREATE INDEX ON metadata_v3 (flow_id, run_id, step_name, task_id, field_name)"),
            List.of("CREATE INDEX ON artifact_v3 (flow_id, run_number, task_id, name, ts_epoch DESC)"),
            List.of("CREATE INDEX ON tasks_v3 (flow_id, run_number, step_name, ts_epoch DESC, task_id DESC)"),
            List.of("CREATE INDEX ON metadata_v3 (flow_id, run_number, ts_epoch DESC, id DESC)"));

    private static final String DEADLOCK = "40P01";
    private static final int MAX_ATTEMPTS = 20;

    private PlainUpgrade() {}

    /** Upgrades and returns when it is done. Retries a version that ends in a deadlock, up to {@value #MAX_ATTEMPTS} times. */
    static void run(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        for (List<String> version : VERSIONS) {
            int attempt = 1;
            while (!isApplied(connection, version, attempt)) {
                attempt++;
            }
        }
    }

    private static boolean isApplied(Connection connection, List<String> version, int attempt) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : version) {
                statement.execute(sql);
            }
            connection.commit();
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (!DEADLOCK.equals(e.getSQLState()) || attempt == MAX_ATTEMPTS) {
                throw e;
            }
            return false;
        }
    }
}

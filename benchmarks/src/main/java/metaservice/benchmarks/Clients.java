package metaservice.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * Clients that write and read in a loop, with a pause of {@value #PAUSE_MILLIS} ms between two statements, and record how
 * long each statement took. Owns its threads; {@link #stop} ends them.
 */
final class Clients {

    private static final int PAUSE_MILLIS = 5;

    /** A write of a client of schema version 1; its columns exist in every later version. */
    private static final String WRITE_METADATA =
            "INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, user_name,"
                    + " ts_epoch, tags, system_tags) VALUES ('Flow', 1, 'start', 1, 'load-' || ?, 'v', 't', 'user', 1, '[]',"
                    + " '[]')";

    private static final String WRITE_TASK =
            "INSERT INTO tasks_v3 (flow_id, run_number, step_name, user_name, ts_epoch, tags, system_tags)"
                    + " VALUES ('Flow', 1, 'start', 'user', ?, '[]', '[]')";

    private static final String WRITE_ARTIFACT =
            "INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, attempt_id,"
                    + " ts_epoch) VALUES ('Flow', 1, 'start', 1, 'load-' || ?, 'l', 'd', 0, 1)";

    private static final String READ =
            "SELECT (SELECT count(*) FROM tasks_v3 WHERE task_id = ?), (SELECT min(user_name) FROM runs_v3 WHERE flow_id = 'Flow'"
                    + " AND run_number = 1)";

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> writes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> reads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();

    private Clients() {}

    /** Starts three writers, one for each large table, and a reader. */
    static Clients start(DataSource dataSource) {
        Clients clients = new Clients();
        clients.client(dataSource, WRITE_METADATA, clients.writes);
        clients.client(dataSource, WRITE_TASK, clients.writes);
        clients.client(dataSource, WRITE_ARTIFACT, clients.writes);
        clients.client(dataSource, READ, clients.reads);
        return clients;
    }

    private void client(DataSource dataSource, String sql, ConcurrentLinkedQueue<Long> nanos) {
        Thread thread = new Thread(() -> work(dataSource, sql, nanos), "client-" + threads.size());
        threads.add(thread);
        thread.start();
    }

    private void work(DataSource dataSource, String sql, ConcurrentLinkedQueue<Long> nanos) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (long n = 1; !stopping.get(); n++) {
                long begin = System.nanoTime();
                statement.setLong(1, n);
                statement.execute();
                nanos.add(System.nanoTime() - begin);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            failures.add(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the clients and returns the latencies of their statements. Waits at most 60 s for each client. */
    Measured stop() throws InterruptedException {
        stopping.set(true);
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        return new Measured(Latencies.of(writes), Latencies.of(reads), failures.size());
    }

    /**
     * What the clients measured.
     *
     * @param failures number of clients that an error ended before {@link #stop}
     */
    record Measured(Latencies writes, Latencies reads, int failures) {}
}

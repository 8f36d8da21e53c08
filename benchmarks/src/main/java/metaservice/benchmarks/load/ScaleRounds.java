package metaservice.benchmarks.load;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import metaservice.benchmarks.Latencies;

/** Sends the same number of requests to services with different databases and measures what a request costs. */
final class ScaleRounds {

    private static final Duration MEASUREMENT_TIMEOUT = Duration.ofMinutes(10);

    private final int connections;
    private final long postmaster;

    /**
     * Measures services of one PostgreSQL server.
     *
     * @param connections clients, each of which sends its next request when the last one is answered
     * @param postmaster the id of the first process of the server
     */
    ScaleRounds(int connections, long postmaster) {
        this.connections = connections;
        this.postmaster = postmaster;
    }

    /**
     * A service with its database.
     *
     * @param process the id of its process
     */
    record Side(URI address, long process, DataSource database, ScaleSample sample) {}

    /**
     * Sends requests with the numbers from {@code first} on.
     *
     * @throws IOException if the requests take longer than ten minutes
     */
    ServerResult measure(Side side, ScaleWorkload workload, long first, int requests)
            throws IOException, InterruptedException, SQLException {
        checkpoint(side.database());
        AtomicLong next = new AtomicLong(first);
        AtomicLong failures = new AtomicLong();
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        long database = ProcessStat.microsWithChildren(postmaster);
        long service = ProcessStat.microsWithChildren(side.process());
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Thread thread =
                    new Thread(() -> work(side, workload, next, first + requests, nanos, failures), "client-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(MEASUREMENT_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                throw new IOException(
                        workload.label() + " did not end within " + MEASUREMENT_TIMEOUT.toMinutes() + " minutes");
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Latencies latencies = Latencies.of(nanos);
        return new ServerResult(
                requests / seconds,
                latencies.median(),
                latencies.p99(),
                (ProcessStat.microsWithChildren(side.process()) - service) / (double) requests,
                (ProcessStat.microsWithChildren(postmaster) - database) / (double) requests,
                failures.get() + requests - latencies.count());
    }

    private static void work(
            Side side,
            ScaleWorkload workload,
            AtomicLong next,
            long end,
            ConcurrentLinkedQueue<Long> nanos,
            AtomicLong failures) {
        try (HttpConnection connection = new HttpConnection(side.address())) {
            for (long number = next.getAndIncrement(); number < end; number = next.getAndIncrement()) {
                Call call = workload.call(side.sample(), number);
                long begin = System.nanoTime();
                HttpConnection.Response response = connection.send(call);
                nanos.add(System.nanoTime() - begin);
                if (response.status() / 100 != 2) {
                    failures.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // The remaining requests count as failed, unless another client sends them.
        }
    }

    /** Writes dirty pages now, so that an earlier measurement leaves less work to the next one. */
    private static void checkpoint(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }
}

package metaservice.kit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds connections whose packets a firewall or a load balancer discards without notice. The system would wait for an answer
 * for about 15 minutes. When a read has been waiting for {@link #SUSPICIOUS}, a new connection asks the server what the
 * processes of the waiting connections do. A process that is idle has not received the statement, or its answer was lost:
 * then the connection is dead. A process that is busy, or waits for a lock, is left alone. If the new connection gets no
 * answer either, all connections are dead that have been waiting for {@link #UNREACHABLE}.
 *
 * <p>Dead connections are closed, and all others that are not in use, because they are probably dead too. One thread.
 */
final class ConnectionWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionWatch.class);

    private static final Duration INTERVAL = Duration.ofMillis(250);

    /** With the interval and the time for the check, a request learns within five seconds that its connection is dead. */
    static final Duration SUSPICIOUS = Duration.ofMillis(1500);

    /** Longest wait for each step of the check. */
    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);

    /** Shortest wait after which a read is ended because the database does not answer on new connections either. */
    private static final Duration UNREACHABLE = Duration.ofMillis(3500);

    private static final Duration THREAD_END_TIMEOUT = Duration.ofSeconds(5);

    /**
     * The server processes that may still answer. A process that became idle within the last second may have sent an answer
     * that is on its way. The state is NULL if the role may not see it, and "disabled" if the server does not record it.
     */
    private static final String BUSY = """
            SELECT pid, usename = current_user AND state = 'active' AND state_change < now() - interval '1 second' AS long
            FROM pg_stat_activity
            WHERE pid <> pg_backend_pid()
              AND (pid = ANY (?) OR datname = current_database())
              AND (state IS NULL OR state NOT LIKE 'idle%' OR state_change > now() - interval '1 second')
            """;

    private final String name;
    private final Opener opener;
    private final Runnable closeIdle;
    private final Set<WatchedConnection> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /** Opens a connection for a check. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens it.
         *
         * @param timeout longest wait for each step
         */
        Connection open(Duration timeout) throws SQLException;
    }

    /**
     * The server processes that may still answer.
     *
     * @param processes their ids
     * @param hasLong whether one of them has been running a statement of this role for more than a second
     */
    private record Busy(Set<Integer> processes, boolean hasLong) {}

    /**
     * Starts the thread.
     *
     * @param name of the pool
     * @param opener opens connections to the same address
     * @param closeIdle closes the pool's connections that are not in use, and those in use when they are returned
     */
    ConnectionWatch(String name, Opener opener, Runnable closeIdle) {
        this.name = name;
        this.opener = opener;
        this.closeIdle = closeIdle;
        this.thread = new Thread(this::run, name + " connection-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Watches a connection that is being opened, until it has ended. */
    WatchedConnection add() {
        WatchedConnection connection = new WatchedConnection();
        connections.add(connection);
        return connection;
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(THREAD_END_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.removeIf(WatchedConnection::hasEnded);
                cut(dead(waiting(SUSPICIOUS)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<WatchedConnection> waiting(Duration least) {
        return connections.stream()
                .filter(connection -> connection.waiting().compareTo(least) >= 0)
                .toList();
    }

    private List<WatchedConnection> dead(List<WatchedConnection> suspects) {
        if (suspects.isEmpty()) {
            return List.of();
        }
        try {
            Busy busy = busy(suspects);
            return suspects.stream()
                    .filter(suspect -> isDead(suspect, busy))
                    // Without this, an answer that arrived during the check would cost its connection.
                    .filter(suspect -> suspect.waiting().compareTo(SUSPICIOUS) >= 0)
                    .toList();
        } catch (SQLException e) {
            if (!isUnreachable(e)) {
                return List.of(); // the server answers, for example that it has no free connection
            }
            LOG.warn("Pool {}: the database does not answer on a new connection either: {}", name, e.getMessage());
            return waiting(UNREACHABLE);
        }
    }

    private static boolean isUnreachable(SQLException failure) {
        return String.valueOf(failure.getSQLState()).startsWith("08");
    }

    private static boolean isDead(WatchedConnection suspect, Busy busy) {
        if (!suspect.isOpen()) {
            return true; // the login of the check has taken less time
        }
        return suspect.process().isPresent()
                ? !busy.processes().contains(suspect.process().getAsInt())
                : !busy.hasLong();
    }

    private Busy busy(List<WatchedConnection> suspects) throws SQLException {
        Integer[] processes = suspects.stream()
                .flatMapToInt(suspect -> suspect.process().stream())
                .boxed()
                .toArray(Integer[]::new);
        try (Connection connection = opener.open(CHECK_TIMEOUT);
                PreparedStatement statement = connection.prepareStatement(BUSY)) {
            Array wanted = connection.createArrayOf("int4", processes);
            statement.setArray(1, wanted);
            Set<Integer> found = new HashSet<>();
            boolean hasLong = false;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getInt("pid"));
                    hasLong |= rows.getBoolean("long");
                }
            }
            return new Busy(found, hasLong);
        }
    }

    private void cut(List<WatchedConnection> dead) {
        if (dead.isEmpty()) {
            return;
        }
        LOG.warn(
                "Pool {}: closing {} connections that the network has lost: no answer for {} ms",
                name,
                dead.size(),
                dead.stream()
                        .mapToLong(connection -> connection.waiting().toMillis())
                        .max()
                        .orElse(0));
        closeIdle.run();
        dead.forEach(WatchedConnection::cut);
    }
}

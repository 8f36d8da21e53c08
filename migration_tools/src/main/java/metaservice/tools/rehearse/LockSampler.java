package metaservice.tools.rehearse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import metaservice.tools.database.DatabaseAccess;

/**
 * Looks every 10 ms at the locks on the six tables that block writers, and at those that are waited for. Its thread ends with
 * {@link #close}. Shorter locks may not be seen.
 */
final class LockSampler implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final long STOP_SECONDS = 10;

    private static final String LOCKS = """
            SELECT l.pid, c.relname, l.mode, l.granted
            FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND c.relname = ANY (?) AND l.pid <> pg_backend_pid()
              AND (NOT l.granted OR l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
            """;

    private final DatabaseAccess database;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Map<Lock, Long> since = new HashMap<>();
    private final Map<Lock, Long> longest = new HashMap<>();
    private final Thread thread;
    private volatile boolean failed;

    /** A lock that a session has, or waits for. */
    private record Lock(int pid, String table, String mode, boolean granted) {}

    /**
     * The longest time that a lock of a kind was seen.
     *
     * @param table its table
     * @param mode as PostgreSQL names it, such as {@code AccessExclusiveLock}
     * @param held the longest time that a session held it
     * @param waited the longest time that a session waited for it
     */
    record Seen(String table, String mode, Duration held, Duration waited) {}

    private LockSampler(DatabaseAccess database) {
        this.database = database;
        this.thread = new Thread(this::sample, "lock-sampler");
        this.thread.setDaemon(true);
    }

    /** Starts looking. */
    static LockSampler start(DatabaseAccess database) {
        LockSampler sampler = new LockSampler(database);
        sampler.thread.start();
        return sampler;
    }

    private void sample() {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement(LOCKS)) {
            query.setArray(1, connection.createArrayOf("text", SampleQuery.TABLES.toArray()));
            while (!stop.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                look(query);
            }
        } catch (SQLException e) {
            failed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look(PreparedStatement query) throws SQLException {
        Map<Lock, Long> now = new HashMap<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                Lock lock = new Lock(row.getInt(1), row.getString(2), row.getString(3), row.getBoolean(4));
                now.put(lock, since.getOrDefault(lock, System.nanoTime()));
            }
        }
        now.forEach((lock, start) -> longest.merge(lock, System.nanoTime() - start + INTERVAL.toNanos(), Math::max));
        since.clear();
        since.putAll(now);
    }

    /** Whether the locks could be read all the time. */
    boolean isComplete() {
        return !failed;
    }

    /** What was seen, sorted by table. */
    synchronized List<Seen> seen() {
        Map<String, Seen> byKind = new TreeMap<>();
        longest.forEach((lock, nanos) -> {
            Duration time = Duration.ofNanos(nanos);
            Seen one = new Seen(
                    lock.table(),
                    lock.mode(),
                    lock.granted() ? time : Duration.ZERO,
                    lock.granted() ? Duration.ZERO : time);
            byKind.merge(lock.table() + " " + lock.mode(), one, LockSampler::longer);
        });
        return List.copyOf(byKind.values());
    }

    private static Seen longer(Seen one, Seen other) {
        return new Seen(one.table(), one.mode(), max(one.held(), other.held()), max(one.waited(), other.waited()));
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Stops looking and waits for the thread, at most 10 seconds. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

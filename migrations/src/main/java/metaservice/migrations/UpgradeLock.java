package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock that allows one node at a time to upgrade a database. It is held as long as its connection lives.
 *
 * <p>It consists of two session-level advisory locks. Nodes compete for the <em>upgrade lock</em>. The <em>sessions
 * lock</em> is shared by all connections that Flyway opens. If a node dies, its upgrade lock is released at once, but
 * its last statement may continue on the server, so the next node also waits for the sessions lock.
 *
 * <p>Nodes poll with {@code pg_try_advisory_lock} instead of blocking in {@code pg_advisory_lock}: a blocked
 * statement holds a snapshot, and a concurrent index build would wait for that snapshot without end.
 */
final class UpgradeLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UpgradeLock.class);

    /** The two keys of an advisory lock: the namespace of this application, and one of the two locks. */
    private static final int NAMESPACE = 0x6d747376;

    private static final int UPGRADE_LOCK = 1;
    private static final int SESSIONS_LOCK = 2;

    /** SQL query: the server processes that hold one of the locks on the current database. */
    static final String LOCK_HOLDERS = """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND classid = %d AND objid IN (%d, %d) AND objsubid = 2""".formatted(NAMESPACE, UPGRADE_LOCK, SESSIONS_LOCK);

    /** SQL condition: at least one process holds one of the locks. */
    static final String IS_LOCK_HELD = "EXISTS (" + LOCK_HOLDERS + ")";

    /**
     * Disables all timeouts of the session, because an upgrade may take hours. If the client process or its machine
     * dies, the server must detect it within a minute, otherwise the session would hold the lock for hours. Settings
     * that the server does not have are skipped.
     */
    private static final String DISABLE_TIMEOUTS = """
            SELECT set_config(name, wanted.value, false)
            FROM pg_settings
            JOIN (VALUES ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_session_timeout', '0'),
                         ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'),
                         ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'),
                         ('client_connection_check_interval', '5s')) AS wanted (name, value) USING (name);
            """;

    /** SQL of {@link #prepareSession}. */
    static final String PREPARE_SESSION =
            DISABLE_TIMEOUTS + "SELECT pg_advisory_lock_shared(%d, %d);".formatted(NAMESPACE, SESSIONS_LOCK);

    private static final String TRY_UPGRADE_LOCK =
            "SELECT pg_try_advisory_lock(%d, %d)".formatted(NAMESPACE, UPGRADE_LOCK);
    private static final String TRY_SESSIONS_LOCK =
            "SELECT pg_try_advisory_lock(%d, %d)".formatted(NAMESPACE, SESSIONS_LOCK);
    private static final String UNLOCK_SESSIONS =
            "SELECT pg_advisory_unlock(%d, %d)".formatted(NAMESPACE, SESSIONS_LOCK);
    private static final String UNLOCK_ALL = "SELECT pg_advisory_unlock_all()";
    private static final Duration SESSIONS_END_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SESSIONS_END_POLL_INTERVAL = Duration.ofMillis(10);
    private static final Duration LOCK_POLL_INTERVAL = Duration.ofMillis(200);

    private final Connection connection;

    /** Another upgrade of the database held the lock until the timeout. */
    static final class HeldElsewhereException extends Exception {

        private static final long serialVersionUID = 1L;

        private HeldElsewhereException() {
            super("another upgrade of this database is still running");
        }
    }

    /** A connection pooler in transaction mode is in use: two nodes could hold the lock at the same time. */
    static final class TransactionPoolingException extends Exception {

        private static final long serialVersionUID = 1L;

        private TransactionPoolingException() {
            super("a connection pooler assigns another server session to each transaction");
        }
    }

    private UpgradeLock(Connection connection) {
        this.connection = connection;
    }

    /**
     * Waits for the lock.
     *
     * @throws HeldElsewhereException if another node held it until the timeout
     * @throws TransactionPoolingException if a pooler assigns another session to each transaction; nothing is locked
     *     then
     * @throws InterruptedException if interrupted while waiting
     */
    static UpgradeLock acquire(DataSource dataSource, Duration timeout)
            throws SQLException, InterruptedException, HeldElsewhereException, TransactionPoolingException {
        Connection connection = dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            // Before the first lock and setting: behind such a pooler they would stay in a session of other clients.
            if (TransactionPoolingCheck.isTransactionPooled(dataSource, connection)) {
                throw new TransactionPoolingException();
            }
            await(connection, System.nanoTime() + timeout.toNanos());
            return new UpgradeLock(connection);
        } catch (SQLException
                | InterruptedException
                | HeldElsewhereException
                | TransactionPoolingException
                | RuntimeException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    /** Prepares a session that migrates: disables its timeouts and takes the shared sessions lock. */
    static void prepareSession(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(PREPARE_SESSION);
        }
    }

    /** The session that holds the lock; otherwise idle, in autocommit mode. */
    Connection connection() {
        return connection;
    }

    /**
     * Releases the lock; no upgrade is reported as in progress after this. The server ends closed sessions with a
     * delay, so this first waits up to 5 seconds for Flyway's sessions, and releases the lock explicitly instead of
     * by the end of its own session.
     */
    @Override
    public void close() {
        try (connection;
                Statement statement = connection.createStatement()) {
            long deadline = System.nanoTime() + SESSIONS_END_TIMEOUT.toNanos();
            while (!succeeds(statement, TRY_SESSIONS_LOCK) && System.nanoTime() - deadline < 0) {
                Thread.sleep(SESSIONS_END_POLL_INTERVAL.toMillis());
            }
            statement.execute(UNLOCK_ALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing the session releases the lock
        } catch (SQLException e) {
            LOG.debug("The session that held the lock had already ended, which released the lock", e);
        }
    }

    private static void await(Connection connection, long deadline)
            throws SQLException, InterruptedException, HeldElsewhereException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(DISABLE_TIMEOUTS);
            tryUntil(statement, TRY_UPGRADE_LOCK, deadline);
            tryUntil(statement, TRY_SESSIONS_LOCK, deadline);
            statement.execute(UNLOCK_SESSIONS);
        }
    }

    private static void tryUntil(Statement statement, String attempt, long deadline)
            throws SQLException, InterruptedException, HeldElsewhereException {
        while (!succeeds(statement, attempt)) {
            if (System.nanoTime() - deadline > 0) {
                throw new HeldElsewhereException();
            }
            Thread.sleep(LOCK_POLL_INTERVAL.toMillis());
        }
    }

    private static boolean succeeds(Statement statement, String attempt) throws SQLException {
        try (ResultSet row = statement.executeQuery(attempt)) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void closeAfter(Exception failure, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}

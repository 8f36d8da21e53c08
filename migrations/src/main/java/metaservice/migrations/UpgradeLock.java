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

    /** First key of both advisory locks: the namespace of this application. */
    private static final int NAMESPACE = 0x6d747376;

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

    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(%d, %d)";
    private static final String LOCK_SHARED = "SELECT pg_advisory_lock_shared(%d, %d);";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(%d, %d)";
    private static final String UNLOCK_ALL = "SELECT pg_advisory_unlock_all()";
    private static final Duration SESSIONS_END_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SESSIONS_END_POLL_INTERVAL = Duration.ofMillis(10);
    private static final Duration LOCK_POLL_INTERVAL = Duration.ofMillis(200);

    private final Connection connection;
    private final DatabaseSchema schema;
    private final Keys keys;

    /**
     * The second keys of the two locks. Schemas of one database have keys of their own, because each may be upgraded
     * independently; those of {@code public} are the keys of earlier builds.
     *
     * @param upgrade key of the upgrade lock
     * @param sessions key of the sessions lock
     */
    record Keys(int upgrade, int sessions) {

        private static final Keys PUBLIC = new Keys(1, 2);
        private static final long MAX_OID = 0x3fffffff;

        static Keys of(DatabaseSchema schema) {
            if (schema.name().equals("public")) {
                return PUBLIC;
            }
            int base = (int) (2 * (schema.oid() & MAX_OID));
            return new Keys(base + 1, base);
        }

        /** SQL query: the server processes that hold one of the locks on the current database. */
        String holders() {
            return """
                    SELECT pid FROM pg_locks
                    WHERE locktype = 'advisory' AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND classid = %d AND objid IN (%d, %d) AND objsubid = 2""".formatted(NAMESPACE, upgrade, sessions);
        }

        /** SQL condition: at least one process holds one of the locks. */
        String isHeld() {
            return "EXISTS (" + holders() + ")";
        }

        /** SQL of a session that migrates: disables its timeouts and takes the shared sessions lock. */
        String prepareSession() {
            return DISABLE_TIMEOUTS + LOCK_SHARED.formatted(NAMESPACE, sessions);
        }
    }

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

    private UpgradeLock(Connection connection, DatabaseSchema schema) {
        this.connection = connection;
        this.schema = schema;
        this.keys = Keys.of(schema);
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
            UpgradeLock lock = new UpgradeLock(connection, DatabaseSchema.find(connection));
            lock.await(System.nanoTime() + timeout.toNanos());
            return lock;
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
    static void prepareSession(Connection connection, DatabaseSchema schema) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(Keys.of(schema).prepareSession());
        }
    }

    /** The session that holds the lock; otherwise idle, in autocommit mode. */
    Connection connection() {
        return connection;
    }

    /** The schema that is locked. */
    DatabaseSchema schema() {
        return schema;
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
            while (!succeeds(statement, TRY_LOCK.formatted(NAMESPACE, keys.sessions()))
                    && System.nanoTime() - deadline < 0) {
                Thread.sleep(SESSIONS_END_POLL_INTERVAL.toMillis());
            }
            statement.execute(UNLOCK_ALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing the session releases the lock
        } catch (SQLException e) {
            LOG.debug("The session that held the lock had already ended, which released the lock", e);
        }
    }

    private void await(long deadline) throws SQLException, InterruptedException, HeldElsewhereException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(DISABLE_TIMEOUTS);
            tryUntil(statement, TRY_LOCK.formatted(NAMESPACE, keys.upgrade()), deadline);
            tryUntil(statement, TRY_LOCK.formatted(NAMESPACE, keys.sessions()), deadline);
            statement.execute(UNLOCK.formatted(NAMESPACE, keys.sessions()));
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

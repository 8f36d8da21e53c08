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
 * The right to upgrade a database, held by one node at a time, as long as its connection lives.
 *
 * <p>Two advisory locks of the session kind. The <em>gate</em> is what nodes compete for. The <em>work</em> lock is shared
 * by all connections that Flyway opens: when a node dies, its gate opens at once, but its last statement may run on in the
 * server, so the next node waits until that has ended, too.
 *
 * <p>Nobody blocks inside {@code pg_advisory_lock}: a waiting statement holds a snapshot, and a concurrent index build
 * would wait for it, forever.
 */
final class UpgradeLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UpgradeLock.class);

    /** The two halves of the locks' keys: ours, among all users of advisory locks, and which of the two it is. */
    private static final int OURS = 0x6d747376;

    private static final int GATE = 1;
    private static final int WORK = 2;

    /** SQL query: the processes of the server that hold the gate or work, on the current database. */
    static final String HOLDERS = """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND classid = %d AND objid IN (%d, %d) AND objsubid = 2""".formatted(OURS, GATE, WORK);

    /** SQL condition: there are any. */
    static final String IS_HELD = "EXISTS (" + HOLDERS + ")";

    /**
     * However long it takes; but if this process or its machine is gone, the server is to notice within a minute, or the
     * session would keep the lock for hours. Settings that a server does not have yet are passed over.
     */
    private static final String NEVER_CUT_OFF = """
            SELECT set_config(name, wanted.value, false)
            FROM pg_settings
            JOIN (VALUES ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_session_timeout', '0'),
                         ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'),
                         ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'),
                         ('client_connection_check_interval', '5s')) AS wanted (name, value) USING (name);
            """;

    /** SQL of {@link #joinWork}. */
    static final String JOIN_WORK = NEVER_CUT_OFF + "SELECT pg_advisory_lock_shared(%d, %d);".formatted(OURS, WORK);

    private static final String TRY_GATE = "SELECT pg_try_advisory_lock(%d, %d)".formatted(OURS, GATE);
    private static final String TRY_WORK = "SELECT pg_try_advisory_lock(%d, %d)".formatted(OURS, WORK);
    private static final String LEAVE_WORK = "SELECT pg_advisory_unlock(%d, %d)".formatted(OURS, WORK);
    private static final String LEAVE_ALL = "SELECT pg_advisory_unlock_all()";
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(5);
    private static final Duration BETWEEN_FAREWELLS = Duration.ofMillis(10);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final Connection connection;

    /** Another upgrade of the database held the lock for the whole wait. */
    static final class HeldElsewhereException extends Exception {

        private static final long serialVersionUID = 1L;

        private HeldElsewhereException() {
            super("another upgrade of this database is still running");
        }
    }

    /** A pooler of transactions stands between: two nodes could hold the lock at once. */
    static final class SharedSessionException extends Exception {

        private static final long serialVersionUID = 1L;

        private SharedSessionException() {
            super("a connection pooler gives each transaction another session of the server");
        }
    }

    private UpgradeLock(Connection connection) {
        this.connection = connection;
    }

    /**
     * Waits for the lock.
     *
     * @throws HeldElsewhereException if others held it all the time
     * @throws SharedSessionException if a pooler between gives each transaction another session; nothing is locked then
     * @throws InterruptedException if interrupted while waiting
     */
    static UpgradeLock acquire(DataSource dataSource, Duration longest)
            throws SQLException, InterruptedException, HeldElsewhereException, SharedSessionException {
        Connection connection = dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            // Before the first lock and setting: through such a pooler they would stay in a session of other clients.
            if (SessionCheck.isShared(dataSource, connection)) {
                throw new SharedSessionException();
            }
            await(connection, System.nanoTime() + longest.toNanos());
            return new UpgradeLock(connection);
        } catch (SQLException
                | InterruptedException
                | HeldElsewhereException
                | SharedSessionException
                | RuntimeException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    /** What every session that migrates does first: it is not cut off while it works or waits, and known to be at work. */
    static void joinWork(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(JOIN_WORK);
        }
    }

    /** The session that holds the lock; idle otherwise, and in autocommit mode. */
    Connection connection() {
        return connection;
    }

    /**
     * Releases the lock, so that nobody sees an upgrade in progress after this. The server ends closed sessions in its own
     * time; so this waits a moment for those that worked, and does not leave the release to the end of its own.
     */
    @Override
    public void close() {
        try (connection;
                Statement statement = connection.createStatement()) {
            long deadline = System.nanoTime() + LONGEST_FAREWELL.toNanos();
            while (!succeeds(statement, TRY_WORK) && System.nanoTime() - deadline < 0) {
                Thread.sleep(BETWEEN_FAREWELLS.toMillis());
            }
            statement.execute(LEAVE_ALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end of the session releases the lock, too
        } catch (SQLException e) {
            LOG.debug("The session that held the lock was gone already, and the lock with it", e);
        }
    }

    private static void await(Connection connection, long deadline)
            throws SQLException, InterruptedException, HeldElsewhereException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(NEVER_CUT_OFF);
            tryUntil(statement, TRY_GATE, deadline);
            tryUntil(statement, TRY_WORK, deadline);
            statement.execute(LEAVE_WORK);
        }
    }

    private static void tryUntil(Statement statement, String attempt, long deadline)
            throws SQLException, InterruptedException, HeldElsewhereException {
        while (!succeeds(statement, attempt)) {
            if (System.nanoTime() - deadline > 0) {
                throw new HeldElsewhereException();
            }
            Thread.sleep(BETWEEN_TRIES.toMillis());
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

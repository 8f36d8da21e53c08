package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Whether a connection keeps one session of the server, or a pooler between gives each transaction another one
 * (PgBouncer's {@code pool_mode=transaction}). Session locks, settings, prepared statements and {@code LISTEN} need one
 * session.
 *
 * <p>A pooler tells its clients a process id of its own, so a connection whose process id is the server's has no pooler
 * between; this costs one query. Through a pooler, a second connection holds a transaction open. A pooler of transactions
 * gives it the session that the first connection has just left, so it sees the same process, or the first one is moved to
 * another session. A pooler of sessions does neither.
 */
final class SessionCheck {

    /** PgBouncer gives the session used last, so one round is enough unless other clients ask in between. */
    private static final int ROUNDS = 10;

    /** Longest wait for the pooler to give the second connection a session. */
    private static final int TIMEOUT_MILLIS = 30_000;

    private static final String PROCESS = "SELECT pg_backend_pid()";

    private SessionCheck() {}

    /**
     * Asks over a connection in autocommit mode, and changes nothing on the server.
     *
     * @param dataSource gives another connection to the same place
     * @return true if transactions of the connection run in different sessions, or in those of other connections
     */
    static boolean isShared(DataSource dataSource, Connection connection) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        int threshold = driver.getPrepareThreshold();
        driver.setPrepareThreshold(0);
        try (Statement statement = connection.createStatement()) {
            int process = process(statement);
            boolean direct = driver.getBackendPID() == process;
            return !direct && isSharedByPooler(dataSource, statement, process);
        } finally {
            driver.setPrepareThreshold(threshold);
        }
    }

    private static boolean isSharedByPooler(DataSource dataSource, Statement first, int process) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
            // The driver would prepare even ROLLBACK, and leave that in a session of other clients.
            connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            connection.setAutoCommit(false);
            return isShared(first, connection, process);
        }
    }

    private static boolean isShared(Statement first, Connection connection, int process) throws SQLException {
        try (Statement second = connection.createStatement()) {
            for (int round = 0; round < ROUNDS; round++) {
                // Asked first: if the pool has one session only, the first connection would wait for it.
                boolean moved = process(second) == process || process(first) != process;
                connection.rollback();
                // Twice in a row, because a pooler that takes sessions in turn would give the same one each second
                // time.
                if (moved || process(first) != process) {
                    return true;
                }
            }
            return false;
        }
    }

    private static int process(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(PROCESS)) {
            row.next();
            return row.getInt(1);
        }
    }
}

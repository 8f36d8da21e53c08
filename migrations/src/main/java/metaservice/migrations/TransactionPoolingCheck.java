package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Detects a connection pooler in transaction mode (PgBouncer: {@code pool_mode=transaction}), where each transaction
 * may run in another server session. Session locks, settings, prepared statements and {@code LISTEN} need one session
 * for the lifetime of a connection.
 *
 * <p>A pooler reports a process id of its own when a connection starts. If the reported id equals that of the server
 * process, there is no pooler; that costs one query. Otherwise a second connection opens a transaction. In
 * transaction mode the pooler assigns to it the session that the first connection just used, so both see the same
 * server process, or the first connection moves to another session. In session mode neither happens.
 */
final class TransactionPoolingCheck {

    /**
     * PgBouncer assigns the most recently used session, so one round suffices unless other clients send requests in
     * between.
     */
    private static final int ROUNDS = 10;

    /** Milliseconds to wait for the pooler to assign a session to the second connection. */
    private static final int TIMEOUT_MILLIS = 30_000;

    private static final String PROCESS = "SELECT pg_backend_pid()";

    private TransactionPoolingCheck() {}

    /**
     * Runs the check. Changes nothing on the server.
     *
     * @param dataSource opens another connection to the same address
     * @param connection in autocommit mode
     * @return true if transactions of the connection run in different sessions, or in sessions of other connections
     */
    static boolean isTransactionPooled(DataSource dataSource, Connection connection) throws SQLException {
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
            // The driver would prepare even ROLLBACK, and the prepared statement would stay in a session of other
            // clients.
            connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            connection.setAutoCommit(false);
            return isTransactionPooled(first, connection, process);
        }
    }

    private static boolean isTransactionPooled(Statement first, Connection connection, int process)
            throws SQLException {
        try (Statement second = connection.createStatement()) {
            for (int round = 0; round < ROUNDS; round++) {
                // The second connection first: if the pool has one session only, the first connection would wait for
                // it.
                boolean moved = process(second) == process || process(first) != process;
                connection.rollback();
                // Two queries, because a pooler that assigns sessions in turn would assign the same session to every
                // second one.
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

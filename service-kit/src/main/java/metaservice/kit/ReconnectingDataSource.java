package metaservice.kit;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;

/**
 * Makes connections for the pool, and once it has made one, goes on trying while the database is away. Left to itself
 * the pool pauses for up to five seconds between two attempts, and for so long clients would be turned away although the
 * database is back. Thread-safe.
 */
final class ReconnectingDataSource implements DataSource {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ReconnectingDataSource.class);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(250);

    private final DataSource inside;
    private volatile boolean patient;

    ReconnectingDataSource(DataSource inside) {
        this.inside = inside;
    }

    /** A connection, as soon as there is one; gives up when the pool is closed, which interrupts this thread. */
    @Override
    public Connection getConnection() throws SQLException {
        boolean told = false;
        while (true) {
            try {
                Connection connection = inside.getConnection();
                patient = true;
                if (told) {
                    LOG.info("the database answers again");
                }
                return connection;
            } catch (SQLException e) {
                if (!patient || !isAway(e) || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (!told) {
                    LOG.warn("the database does not answer, trying again: {}", e.getMessage());
                }
                told = true;
                LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
            }
        }
    }

    /** Not reached, going down or coming up, or without a connection left; a wrong password does not become right. */
    private static boolean isAway(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return inside.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return inside.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        inside.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        inside.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return inside.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(ReconnectingDataSource.class.getPackageName());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return inside.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return inside.isWrapperFor(type);
    }
}

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
 * Opens connections for the pool. After the first successful connection it retries every 250 ms while the database is
 * unavailable, because the pool alone pauses up to five seconds between attempts and requests would fail for that long
 * after the database is back. Thread-safe.
 */
final class ReconnectingDataSource implements DataSource {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ReconnectingDataSource.class);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(250);

    private final DataSource delegate;
    private volatile boolean hasConnected;

    ReconnectingDataSource(DataSource delegate) {
        this.delegate = delegate;
    }

    /**
     * Opens a connection, with retries after the first success. Ends with the last failure when the pool is closed, which
     * interrupts this thread.
     */
    @Override
    public Connection getConnection() throws SQLException {
        boolean isLogged = false;
        while (true) {
            try {
                Connection connection = delegate.getConnection();
                hasConnected = true;
                if (isLogged) {
                    LOG.info("The database is available again");
                }
                return connection;
            } catch (SQLException e) {
                if (!hasConnected || !isUnavailable(e) || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (!isLogged) {
                    LOG.warn(
                            "The database is not available, retrying every {} ms: {}",
                            RETRY_INTERVAL.toMillis(),
                            e.getMessage());
                }
                isLogged = true;
                LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
            }
        }
    }

    /**
     * Whether a retry can succeed: no connection (class 08), the server shuts down or starts (57P), or it has no resources
     * left (class 53). A wrong password, for example, is not retried.
     */
    private static boolean isUnavailable(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return delegate.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return delegate.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        delegate.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        delegate.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return delegate.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(ReconnectingDataSource.class.getPackageName());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return delegate.isWrapperFor(type);
    }
}

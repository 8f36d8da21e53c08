package metaservice.kit;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;

/**
 * Opens connections for the pool. After the first successful connection it retries while the database is unavailable,
 * because the pool alone pauses up to five seconds between attempts and requests would fail for that long after the database
 * is back. The wait between two attempts is {@value #PART_OF_OUTAGE}th of the outage so far, between 250 ms and 30 s: a
 * short outage ends quickly for clients, and a server that stays a standby is not asked all the time. Thread-safe.
 */
final class ReconnectingDataSource implements DataSource {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ReconnectingDataSource.class);

    static final int PART_OF_OUTAGE = 32;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(250);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** The shortest wait after a refused login, because servers lock accounts out that try too often. */
    private static final Duration SHORTEST_WAIT_AFTER_REFUSAL = Duration.ofSeconds(1);

    /** SQLSTATE {@code invalid_password}. */
    private static final String WRONG_PASSWORD = "28P01";

    private final Opener opener;
    private final Login login;
    private volatile int loginTimeout;
    private volatile boolean hasConnected;
    private volatile Optional<Outage> outage = Optional.empty();

    /** Opens a connection. */
    @FunctionalInterface
    interface Opener {
        Connection open() throws SQLException;
    }

    /** Reads the properties of the login from where they may change. */
    @FunctionalInterface
    interface Login {
        Map<String, String> current();
    }

    /**
     * The time without a connection.
     *
     * @param begin of {@link System#nanoTime}
     * @param reason the last failure
     */
    private record Outage(long begin, String reason) {
        Duration length() {
            return Duration.ofNanos(System.nanoTime() - begin);
        }
    }

    /** @param login is read after a refused login, and a changed one is tried at once */
    ReconnectingDataSource(Opener opener, Login login) {
        this.opener = opener;
        this.login = login;
    }

    /**
     * Opens a connection, with retries after the first success. Ends with the last failure when the pool is closed, which
     * interrupts this thread.
     */
    @Override
    public Connection getConnection() throws SQLException {
        while (true) {
            Map<String, String> tried = login.current();
            try {
                Connection connection = opener.open();
                hasConnected = true;
                if (outage.isPresent()) {
                    outage = Optional.empty();
                    LOG.info("The database is available again");
                }
                return connection;
            } catch (SQLException e) {
                if (!hasConnected || !isTemporary(e) || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                pause(e, tried);
            }
        }
    }

    /** Why no connection can be opened now; empty if the last attempt succeeded. */
    Optional<String> failure() {
        return outage.map(Outage::reason);
    }

    private void pause(SQLException failure, Map<String, String> tried) {
        String reason = reason(failure, tried);
        long begin = outage.map(Outage::begin).orElseGet(System::nanoTime);
        if (!outage.map(Outage::reason).equals(Optional.of(reason))) {
            LOG.warn("The database is not available, trying again: {}", reason);
        }
        Outage now = new Outage(begin, reason);
        outage = Optional.of(now);
        boolean refused = isRefused(failure);
        Duration wait = wait(now.length(), refused ? SHORTEST_WAIT_AFTER_REFUSAL : SHORTEST_WAIT);
        long deadline = System.nanoTime() + wait.toNanos();
        while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(Math.min(SHORTEST_WAIT.toNanos(), deadline - System.nanoTime()));
            if (refused && !login.current().equals(tried)) {
                return;
            }
        }
    }

    /** The wait after an attempt that failed. */
    static Duration wait(Duration outage, Duration shortest) {
        Duration part = outage.dividedBy(PART_OF_OUTAGE);
        if (part.compareTo(shortest) < 0) {
            return shortest;
        }
        return part.compareTo(LONGEST_WAIT) < 0 ? part : LONGEST_WAIT;
    }

    private static String reason(SQLException failure, Map<String, String> tried) {
        if (!isRefused(failure)) {
            return failure.getMessage();
        }
        String what = WRONG_PASSWORD.equals(failure.getSQLState()) ? "password" : "login";
        return what + " refused for user " + tried.getOrDefault("user", "") + ": " + failure.getMessage();
    }

    /** Whether the server refuses the login (class 28). A rotated password may be valid in a moment. */
    private static boolean isRefused(SQLException failure) {
        return String.valueOf(failure.getSQLState()).startsWith("28");
    }

    /**
     * Whether a retry can succeed: no connection (class 08), the server shuts down or starts (57P), it has no resources left
     * (class 53), or it refuses the login.
     */
    private static boolean isTemporary(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53") || isRefused(failure);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the login is read from the settings");
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // The driver logs with java.util.logging.
    }

    /** Kept for the pool only, which waits that long for this class when it is closed; the opener limits all its steps. */
    @Override
    public void setLoginTimeout(int seconds) {
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(ReconnectingDataSource.class.getPackageName());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}

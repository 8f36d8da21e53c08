package metaservice.kit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import metaservice.spi.DatabaseAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections to one address. Thread-safe. */
final class ConnectionPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

    /** Age at which the pool closes a connection that is not in use; HikariCP's default. */
    private static final Duration MAX_LIFETIME = Duration.ofMinutes(30);

    /**
     * Longest wait of a request for a connection; after it the answer is 503. The reference waits for the whole statement
     * timeout, one minute by default. A short wait is better because clients retry a 503 within seconds.
     */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    /** Longest wait for an answer of a connection that was not used for half a second, before a request gets it. */
    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(2);

    private final HikariDataSource pool;
    private final Optional<ReconnectingDataSource> source;
    private final Optional<ConnectionWatch> watch;

    private ConnectionPool(
            HikariDataSource pool, Optional<ReconnectingDataSource> source, Optional<ConnectionWatch> watch) {
        this.pool = pool;
        this.source = source;
        this.watch = watch;
    }

    /** A pool that never has a connection. It has no thread. */
    static ConnectionPool unconnected() {
        return new ConnectionPool(new HikariDataSource(), Optional.empty(), Optional.empty());
    }

    /**
     * Opens the pool and its first connection.
     *
     * @param writes whether a connection to a server that is read-only is useless
     * @throws SQLException if the database cannot be reached; the message has its URL
     */
    static ConnectionPool open(String name, String url, DatabaseAccess access, boolean writes) throws SQLException {
        Connector connector = new Connector(url, access);
        HikariConfig config = config(name, access);
        if (writes) {
            config.setExceptionOverride(new EvictReadOnlyConnections());
        }
        HikariDataSource hikari = new HikariDataSource();
        ConnectionWatch watch = new ConnectionWatch(name, connector::openForCheck, () -> closeIdle(hikari));
        ReconnectingDataSource source =
                new ReconnectingDataSource(() -> connector.open(watch.add()), access::properties);
        config.setDataSource(source);
        config.copyStateTo(hikari);
        ConnectionPool pool = new ConnectionPool(hikari, Optional.of(source), Optional.of(watch));
        boolean opened = false;
        try (Connection connection = pool.connection()) {
            LOG.debug(
                    "Pool {} is connected to {}", name, connection.getMetaData().getURL());
            hikari.setConnectionTimeout(connectionTimeoutMillis(access));
            opened = true;
            return pool;
        } catch (SQLException e) {
            throw new SQLException(url + " does not answer: " + driverMessage(e), e.getSQLState(), e);
        } finally {
            if (!opened) {
                pool.close();
            }
        }
    }

    private static void closeIdle(HikariDataSource pool) {
        if (pool.isRunning()) {
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** The message of the driver's exception, which the pool wraps. */
    private static String driverMessage(SQLException failure) {
        return failure.getCause() instanceof SQLException cause ? cause.getMessage() : failure.getMessage();
    }

    private static HikariConfig config(String name, DatabaseAccess access) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setMinimumIdle(access.poolMin());
        config.setMaximumPoolSize(access.poolMax());
        // For the first connection. The shorter timeout for requests is set after it, because no request waits here and
        // a busy machine may need longer.
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setValidationTimeout(VALIDATION_TIMEOUT.toMillis());
        // The reference closes connections that were idle for ten statement timeouts. maxLifetime must exceed that.
        long idle = Math.max(10_000, access.timeout().multipliedBy(10).toMillis());
        config.setIdleTimeout(idle);
        config.setMaxLifetime(Math.max(MAX_LIFETIME.toMillis(), 2 * idle));
        config.setInitializationFailTimeout(-1);
        return config;
    }

    private static long connectionTimeoutMillis(DatabaseAccess access) {
        return Math.max(250, Math.min(access.timeout().toMillis(), CONNECTION_TIMEOUT.toMillis()));
    }

    /**
     * Takes a connection; closing it returns it.
     *
     * @throws SQLTransientConnectionException if none becomes free in time or the pool is closed; answered as 503, because
     *     another service replaces the one whose pool is closed
     */
    Connection connection() throws SQLException {
        if (pool.isClosed()) {
            throw new SQLTransientConnectionException("the pool is closed");
        }
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            Optional<String> failure = source.flatMap(ReconnectingDataSource::failure);
            throw failure.isEmpty() ? e : new SQLTransientConnectionException(failure.get(), e.getSQLState(), e);
        }
    }

    /**
     * Takes a connection and runs statements on it with {@link Pipeline}. The pool does not see these, so it is told here if
     * their failure makes the connection useless.
     */
    <T> T pipelined(boolean keepsStatements, Work<T> work) throws SQLException {
        try (Connection connection = connection()) {
            try {
                return work.on(new Pipeline(connection, keepsStatements));
            } catch (SQLException e) {
                if (isUselessAfter(e)) {
                    pool.evictConnection(connection);
                }
                throw e;
            }
        }
    }

    /** Work with a pipeline. */
    @FunctionalInterface
    interface Work<T> {
        T on(Pipeline pipeline) throws SQLException;
    }

    /** Whether the connection was lost, its server ends, or its server is read-only and this pool is for writes. */
    private boolean isUselessAfter(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("08")
                || state.startsWith("57P0")
                || (pool.getExceptionOverride() != null && state.equals(EvictReadOnlyConnections.READ_ONLY));
    }

    /** Whether every connection is in use. That is load, not a failure. */
    boolean isBusy() {
        return !pool.isClosed() && pool.getHikariPoolMXBean().getActiveConnections() >= pool.getMaximumPoolSize();
    }

    /** Closes all connections and ends the threads. */
    @Override
    public void close() {
        pool.close();
        watch.ifPresent(ConnectionWatch::close);
    }
}

package metaservice.kit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import metaservice.spi.DatabaseAccess;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.AutoSave;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service's pool of connections, and the few ways in which endpoints use one. Statements run in autocommit mode: one
 * statement is one round trip. Thread-safe.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** Gets the text of every statement, with question marks where its values go: they may be anybody's secrets. */
    private static final Logger STATEMENTS = LoggerFactory.getLogger("metaservice.sql");

    /** The pool's own default: after so long a connection is closed as soon as nobody uses it. */
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    /**
     * How long a request waits for a connection before it is answered with 503. The reference lets it wait for the
     * whole timeout, a minute; but clients retry a 503 within seconds, and are then served by whoever is back first.
     */
    private static final Duration LONGEST_WAIT_FOR_CONNECTION = Duration.ofSeconds(5);

    private static final int HEALTH_CHECK_SECONDS = 5;

    private final HikariDataSource pool;

    /** The same pool, unless reads have one of their own, perhaps to a replica that lags behind. */
    private final HikariDataSource readers;

    private final ListReader lists;

    /** Whether statements that may change rows are described instead of being run. */
    private final boolean describes;

    private Database(HikariDataSource pool, HikariDataSource readers, Duration timeout, int poolMax) {
        this.pool = pool;
        this.readers = readers;
        this.lists = new ListReader(readers, timeout, new SlowPermits(poolMax));
        this.describes = false;
    }

    private Database(Database shared) {
        this.pool = shared.pool;
        this.readers = shared.readers;
        this.lists = shared.lists;
        this.describes = true;
    }

    /** No database: whatever is asked of it fails. It holds no connection and no thread. */
    static Database unconnected() {
        HikariDataSource nothing = new HikariDataSource();
        return new Database(nothing, nothing, Duration.ZERO, 1);
    }

    /**
     * The same pools, seen so that nothing changes: of a statement that may change rows the server is only asked what it
     * would return. It reads and checks the statement for that, tables and columns included. There is no row then.
     */
    Database describing() {
        return new Database(this);
    }

    /**
     * Opens the pool, another one for readers if they are to have it, and one connection of each.
     *
     * @throws SQLException if the database cannot be reached; its message names which
     */
    static Database open(String name, DatabaseAccess access) throws SQLException {
        HikariDataSource pool = pool(name, access.jdbcUrl(), access, true);
        boolean opened = false;
        try {
            Optional<String> readerUrl = access.readerUrl();
            HikariDataSource readers =
                    readerUrl.isEmpty() ? pool : pool(name + "-readers", readerUrl.get(), access, false);
            opened = true;
            return new Database(pool, readers, access.timeout(), access.poolMax());
        } finally {
            if (!opened) {
                pool.close();
                forgetDrivers();
            }
        }
    }

    private static HikariDataSource pool(String name, String url, DatabaseAccess access, boolean writes)
            throws SQLException {
        HikariConfig config = config(name, url, access);
        if (writes) {
            config.setExceptionOverride(new EvictReadOnlyConnections());
        }
        HikariDataSource pool = new HikariDataSource(config);
        boolean opened = false;
        try (Connection connection = connection(pool)) {
            LOG.debug("{} reaches {}", name, connection.getMetaData().getURL());
            pool.setConnectionTimeout(longestWait(access));
            opened = true;
            return pool;
        } catch (SQLException e) {
            throw new SQLException(url + " does not answer: " + said(e), e.getSQLState(), e);
        } finally {
            if (!opened) {
                pool.close();
                forgetDrivers();
            }
        }
    }

    /** The pool wraps what the driver said. */
    private static String said(SQLException failure) {
        return failure.getCause() instanceof SQLException cause ? cause.getMessage() : failure.getMessage();
    }

    private static HikariConfig config(String name, String url, DatabaseAccess access) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(new ReconnectingDataSource(source(url, access)));
        config.setMinimumIdle(access.poolMin());
        config.setMaximumPoolSize(access.poolMax());
        // For the first one; no client waits for that, and on a busy machine a client's patience is too short for it.
        config.setConnectionTimeout(LONGEST_WAIT_FOR_CONNECTION.toMillis());
        // The reference closes connections that were idle for ten timeouts. They have to be allowed to live longer.
        long idle = Math.max(10_000, access.timeout().multipliedBy(10).toMillis());
        config.setIdleTimeout(idle);
        config.setMaxLifetime(Math.max(LIFETIME.toMillis(), 2 * idle));
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(
                "SET statement_timeout = " + access.timeout().toMillis());
        return config;
    }

    private static long longestWait(DatabaseAccess access) {
        return Math.max(250, Math.min(access.timeout().toMillis(), LONGEST_WAIT_FOR_CONNECTION.toMillis()));
    }

    private static DataSource source(String url, DatabaseAccess access) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        for (Map.Entry<String, String> property : access.properties().entrySet()) {
            source.setProperty(property.getKey(), property.getValue());
        }
        // A migration may widen a column while its statement is cached: in a transaction, too, it is prepared again.
        source.setAutosave(AutoSave.CONSERVATIVE);
        return source;
    }

    /** Reads one value or more out of a row. */
    @FunctionalInterface
    public interface RowReader<T> {
        /** Reads the row on which the result stands. */
        T read(ResultSet row) throws SQLException;
    }

    /** Uses a connection. */
    @FunctionalInterface
    public interface Work<T> {
        /** Works on a connection that it must not close. */
        T on(Connection connection) throws SQLException;
    }

    /** One that clients are told to wait for, if the pool has none: even a closed pool has a successor soon. */
    static Connection connection(HikariDataSource pool) throws SQLException {
        if (pool.isClosed()) {
            throw new SQLTransientConnectionException("the pool is closed");
        }
        return pool.getConnection();
    }

    /** Runs a statement that may change rows, and reads its first row, if it has one. One round trip. */
    public <T> Optional<T> first(Sql sql, RowReader<T> reader) throws SQLException {
        try (Connection connection = connection(pool)) {
            if (describes) {
                describe(connection, sql);
                return Optional.empty();
            }
            return first(connection, sql, reader);
        }
    }

    private static void describe(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            statement.getMetaData();
        }
    }

    /** Runs a query, with the readers, and reads its first row, if it has one. One round trip. */
    public <T> Optional<T> read(Sql sql, RowReader<T> reader) throws SQLException {
        try (Connection connection = connection(readers)) {
            return first(connection, sql, reader);
        }
    }

    /** The same, on a connection that somebody holds. */
    public static <T> Optional<T> first(Connection connection, Sql sql, RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        }
    }

    /** Reads all rows of a query, which have to be few and short, on a connection that somebody holds. */
    static <T> List<T> all(Connection connection, Sql sql, RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql);
                ResultSet rows = statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(reader.read(rows));
            }
            return all;
        }
    }

    /** Runs a statement that changes rows and says how many, on a connection that somebody holds. */
    public static int update(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            return statement.executeUpdate();
        }
    }

    /** Reads lists, with the readers. */
    public ListReader lists() {
        return lists;
    }

    /** Runs work in one repeatable-read transaction; of two that change the same row, one fails with 40001. */
    public <T> T repeatableRead(Work<T> work) throws SQLException {
        return transaction(connection -> {
            update(connection, Sql.of("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
            return work.on(connection);
        });
    }

    /** Runs work in one transaction, which is rolled back if the work fails. */
    <T> T transaction(Work<T> work) throws SQLException {
        try (Connection connection = connection(pool)) {
            connection.setAutoCommit(false);
            T result = work.on(connection);
            connection.commit();
            return result;
        }
    }

    /** Whether every connection is at work, which is a reason to wait but not to worry. */
    boolean isBusy() {
        return !pool.isClosed() && pool.getHikariPoolMXBean().getActiveConnections() >= pool.getMaximumPoolSize();
    }

    /** Whether the database answers now. */
    boolean isUp() {
        try (Connection connection = connection(pool)) {
            return connection.isValid(HEALTH_CHECK_SECONDS);
        } catch (SQLException e) {
            LOG.warn("health check failed: {}", e.getMessage());
            return false;
        }
    }

    /** Closes all connections, and takes this class loader's drivers out of the JVM's list, which would keep it alive. */
    @Override
    public void close() {
        readers.close();
        pool.close();
        forgetDrivers();
    }

    private static void forgetDrivers() {
        for (Driver driver : Collections.list(DriverManager.getDrivers())) {
            if (driver.getClass().getClassLoader() == Database.class.getClassLoader()) {
                deregister(driver);
            }
        }
    }

    private static void deregister(Driver driver) {
        try {
            DriverManager.deregisterDriver(driver);
        } catch (SQLException e) {
            LOG.warn("driver {} stays registered", driver, e);
        }
    }

    static PreparedStatement prepare(Connection connection, Sql sql) throws SQLException {
        STATEMENTS.debug(sql.text());
        PreparedStatement statement = connection.prepareStatement(sql.text());
        try {
            bind(connection, statement, sql.values());
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, List<Object> values)
            throws SQLException {
        int index = 1;
        for (Object value : values) {
            if (value instanceof String[] array) {
                statement.setArray(index++, connection.createArrayOf("text", array));
            } else {
                statement.setObject(index++, value);
            }
        }
    }
}

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.sql.DataSource;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.AutoSave;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection pools of a service, and the operations that endpoints run on them. Statements run in autocommit mode
 * unless a method says otherwise, so one statement is one round trip. Thread-safe.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** Logs the text of every statement with question marks in place of values, because values may be secret. */
    private static final Logger STATEMENTS = LoggerFactory.getLogger("metaservice.sql");

    /** Age at which the pool closes a connection that is not in use; HikariCP's default. */
    private static final Duration MAX_LIFETIME = Duration.ofMinutes(30);

    /**
     * Longest wait of a request for a connection; after it the answer is 503. The reference waits for the whole statement
     * timeout, one minute by default. A short wait is better because clients retry a 503 within seconds.
     */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    private static final int HEALTH_CHECK_TIMEOUT_SECONDS = 5;

    /** Attempts to create a row while the sequence of its number is behind. */
    private static final int CREATE_ATTEMPTS = 3;

    private final HikariDataSource pool;

    /** The pool for reads: the same as {@link #pool} unless a reader URL is configured. A replica may lag behind. */
    private final HikariDataSource readers;

    private final ListReader lists;
    private final GeneratedNumbers numbers;

    /** Whether the database answers, on a connection that is not of the pools. */
    private final Supplier<CompletionStage<Health>> check;

    /** Whether statements that may change rows are prepared but not run. */
    private final boolean isDryRun;

    private Database(
            HikariDataSource pool,
            HikariDataSource readers,
            Duration timeout,
            int poolMax,
            Supplier<CompletionStage<Health>> check) {
        this.pool = pool;
        this.check = check;
        this.readers = readers;
        this.lists = new ListReader(readers, timeout, new LongReadPermits(poolMax));
        this.numbers = new GeneratedNumbers();
        this.isDryRun = false;
    }

    private Database(Database shared) {
        this.pool = shared.pool;
        this.readers = shared.readers;
        this.lists = shared.lists;
        this.numbers = shared.numbers;
        this.check = shared.check;
        this.isDryRun = true;
    }

    /** A database on which every operation fails. It holds no connection and no thread. */
    static Database unconnected() {
        HikariDataSource unconfigured = new HikariDataSource();
        Health down = Health.down("there is no database");
        return new Database(
                unconfigured, unconfigured, Duration.ZERO, 1, () -> CompletableFuture.completedFuture(down));
    }

    /**
     * The same pools, but {@link #first(Sql, RowReader)} prepares its statement without running it and returns no row. The
     * server parses the statement and checks its tables and columns.
     */
    Database dryRun() {
        return new Database(this);
    }

    /**
     * Opens the pool, a second one for reads if a reader URL is configured, and one connection of each.
     *
     * @throws SQLException if a database cannot be reached; the message has its URL
     */
    static Database open(String name, DatabaseAccess access) throws SQLException {
        HikariDataSource pool = pool(name, access.jdbcUrl(), access, true);
        boolean opened = false;
        try {
            Optional<String> readerUrl = access.readerUrl();
            HikariDataSource readers =
                    readerUrl.isEmpty() ? pool : pool(name + "-readers", readerUrl.get(), access, false);
            opened = true;
            return new Database(pool, readers, access.timeout(), access.poolMax(), access::check);
        } finally {
            if (!opened) {
                pool.close();
                deregisterDrivers();
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
            LOG.debug(
                    "Pool {} is connected to {}", name, connection.getMetaData().getURL());
            pool.setConnectionTimeout(connectionTimeoutMillis(access));
            opened = true;
            return pool;
        } catch (SQLException e) {
            throw new SQLException(url + " does not answer: " + driverMessage(e), e.getSQLState(), e);
        } finally {
            if (!opened) {
                pool.close();
                deregisterDrivers();
            }
        }
    }

    /** The message of the driver's exception, which the pool wraps. */
    private static String driverMessage(SQLException failure) {
        return failure.getCause() instanceof SQLException cause ? cause.getMessage() : failure.getMessage();
    }

    private static HikariConfig config(String name, String url, DatabaseAccess access) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(new ReconnectingDataSource(source(url, access)));
        config.setMinimumIdle(access.poolMin());
        config.setMaximumPoolSize(access.poolMax());
        // For the first connection. The shorter timeout for requests is set after it, because no request waits here and
        // a busy machine may need longer.
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        // The reference closes connections that were idle for ten statement timeouts. maxLifetime must exceed that.
        long idle = Math.max(10_000, access.timeout().multipliedBy(10).toMillis());
        config.setIdleTimeout(idle);
        config.setMaxLifetime(Math.max(MAX_LIFETIME.toMillis(), 2 * idle));
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(
                "SET statement_timeout = " + access.timeout().toMillis());
        return config;
    }

    private static long connectionTimeoutMillis(DatabaseAccess access) {
        return Math.max(250, Math.min(access.timeout().toMillis(), CONNECTION_TIMEOUT.toMillis()));
    }

    private static DataSource source(String url, DatabaseAccess access) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        for (Map.Entry<String, String> property : access.properties().entrySet()) {
            source.setProperty(property.getKey(), property.getValue());
        }
        LauncherSockets.use(access.sockets());
        source.setSocketFactory(LauncherSockets.class.getName());
        // A migration may change the type of a column while the driver has cached a statement on it. With this setting
        // the driver also prepares the statement again inside a transaction.
        source.setAutosave(AutoSave.CONSERVATIVE);
        return source;
    }

    /** Maps one row to a value. */
    @FunctionalInterface
    public interface RowReader<T> {
        /** Maps the current row of the result. */
        T read(ResultSet row) throws SQLException;
    }

    /** Work in a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /** Runs the work. It must not close the connection. */
        T on(Connection connection) throws SQLException;
    }

    /**
     * Takes a connection from a pool.
     *
     * @throws SQLTransientConnectionException if none becomes free in time or the pool is closed; answered as 503, because
     *     another service replaces the one whose pool is closed
     */
    static Connection connection(HikariDataSource pool) throws SQLException {
        if (pool.isClosed()) {
            throw new SQLTransientConnectionException("the pool is closed");
        }
        return pool.getConnection();
    }

    /** Runs a statement that may change rows, and reads its first row, if it has one. One round trip. */
    public <T> Optional<T> first(Sql sql, RowReader<T> reader) throws SQLException {
        try (Connection connection = connection(pool)) {
            if (isDryRun) {
                describe(connection, sql);
                return Optional.empty();
            }
            return first(connection, sql, reader);
        }
    }

    /**
     * Runs a statement that creates a row, and reads it. One round trip. If the number that a sequence generates for the row
     * exists already, the sequence is corrected and the statement is tried again.
     */
    public <T> Optional<T> create(Sql sql, RowReader<T> reader) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return first(sql, reader);
            } catch (SQLException e) {
                if (attempt == CREATE_ATTEMPTS || !numbers.correct(pool, e)) {
                    throw e;
                }
            }
        }
    }

    private static void describe(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            statement.getMetaData();
        }
    }

    /** Runs a query on the pool for reads, and reads its first row, if it has one. One round trip. */
    public <T> Optional<T> read(Sql sql, RowReader<T> reader) throws SQLException {
        try (Connection connection = connection(readers)) {
            return first(connection, sql, reader);
        }
    }

    /** Runs a query on a given connection and reads its first row, if it has one. */
    public static <T> Optional<T> first(Connection connection, Sql sql, RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        }
    }

    /** Runs a query on a given connection and reads all rows into memory; they must be few and short. */
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

    /** Runs a statement that changes rows on a given connection, and returns how many it changed. */
    public static int update(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            return statement.executeUpdate();
        }
    }

    /** Reads lists on the pool for reads. */
    public ListReader lists() {
        return lists;
    }

    /**
     * Runs work in one repeatable-read transaction. If two transactions change the same row at the same time, one fails
     * with SQLSTATE 40001.
     */
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

    /** Whether the database answers; see {@link DatabaseAccess#check()}. */
    CompletionStage<Health> check() {
        return check.get();
    }

    /** Whether every connection of the pool is in use. That is load, not a failure. */
    boolean isBusy() {
        return !pool.isClosed() && pool.getHikariPoolMXBean().getActiveConnections() >= pool.getMaximumPoolSize();
    }

    /** Whether a connection answers within five seconds. */
    boolean isUp() {
        try (Connection connection = connection(pool)) {
            return connection.isValid(HEALTH_CHECK_TIMEOUT_SECONDS);
        } catch (SQLException e) {
            LOG.warn("Health check failed: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Closes all connections and deregisters the JDBC drivers of this class loader, because {@link DriverManager} would
     * otherwise keep the class loader in memory.
     */
    @Override
    public void close() {
        readers.close();
        pool.close();
        deregisterDrivers();
    }

    private static void deregisterDrivers() {
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
            LOG.warn("Cannot deregister JDBC driver {}", driver, e);
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

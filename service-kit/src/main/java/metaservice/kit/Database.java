package metaservice.kit;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
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

    /** SQL state. */
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final int HEALTH_CHECK_TIMEOUT_SECONDS = 5;

    static final int ALL_ROWS = 0;

    /** Attempts to create a row while the sequence of its number is behind. */
    private static final int CREATE_ATTEMPTS = 3;

    private final ConnectionPool pool;

    /** The pool for reads: the same as {@link #pool} unless a reader URL is configured. A replica may lag behind. */
    private final ConnectionPool readers;

    private final ListReader lists;
    private final GeneratedNumbers numbers;
    private final StatementQueue writes;
    private final StatementQueue reads;

    /** Whether the database answers, on a connection that is not of the pools. */
    private final Supplier<CompletionStage<Health>> check;

    private final boolean keepsStatements;

    /** Whether statements that may change rows are planned but not run. */
    private final boolean isDryRun;

    private Database(
            String name,
            ConnectionPool pool,
            ConnectionPool readers,
            Duration timeout,
            boolean poolsTransactions,
            boolean groupsWrites,
            int poolMax,
            Supplier<CompletionStage<Health>> check) {
        this.pool = pool;
        this.check = check;
        this.readers = readers;
        this.lists = new ListReader(readers, timeout, poolsTransactions, new LongReadPermits(poolMax));
        this.numbers = new GeneratedNumbers();
        this.keepsStatements = !poolsTransactions;
        this.writes = groupsWrites
                ? StatementQueue.withGroups(name + " write", pool, keepsStatements, poolMax)
                : StatementQueue.withoutGroups(name + " write", pool, keepsStatements, poolMax);
        this.reads = StatementQueue.withGroups(name + " read", readers, keepsStatements, poolMax);
        this.isDryRun = false;
    }

    private Database(Database shared) {
        this.pool = shared.pool;
        this.readers = shared.readers;
        this.lists = shared.lists;
        this.numbers = shared.numbers;
        this.keepsStatements = shared.keepsStatements;
        this.writes = shared.writes;
        this.reads = shared.reads;
        this.check = shared.check;
        this.isDryRun = true;
    }

    /** A database on which every operation fails. It holds no connection and no thread. */
    static Database unconnected() {
        ConnectionPool unconnected = ConnectionPool.unconnected();
        Health down = Health.down("there is no database");
        return new Database(
                "unconnected",
                unconnected,
                unconnected,
                Duration.ZERO,
                false,
                false,
                1,
                () -> CompletableFuture.completedFuture(down));
    }

    /**
     * The same pools, but {@link #write} has its statement planned without running it and has no rows. The
     * server checks its tables and columns.
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
        ConnectionPool pool = ConnectionPool.open(name, access.jdbcUrl(), access, true);
        boolean opened = false;
        try {
            Optional<String> readerUrl = access.readerUrl();
            ConnectionPool readers =
                    readerUrl.isEmpty() ? pool : ConnectionPool.open(name + "-readers", readerUrl.get(), access, false);
            opened = true;
            return new Database(
                    name,
                    pool,
                    readers,
                    access.timeout(),
                    access.poolsTransactions(),
                    access.groupsWrites(),
                    access.poolMax(),
                    access::check);
        } finally {
            if (!opened) {
                pool.close();
                deregisterDrivers();
            }
        }
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

    /** Runs a statement that may change rows. One round trip. */
    public <T> T write(Sql sql, Result.Reader<T> reader) throws SQLException {
        if (isDryRun) {
            explain(sql);
            return reader.read(Result.EMPTY);
        }
        return reader.read(pool.pipelined(keepsStatements, pipeline -> pipeline.run(sql, ALL_ROWS)));
    }

    /**
     * Runs a statement that creates a row. One round trip. If the number that a sequence generates for the row exists already,
     * the sequence is corrected and the statement is tried again.
     */
    public <T> T create(Sql sql, Result.Reader<T> reader) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return write(sql, reader);
            } catch (SQLException e) {
                if (attempt == CREATE_ATTEMPTS || !correctNumber(e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Runs a query on the pool for reads. One round trip; it is repeated once if the connection turns out to be lost.
     *
     * @param maxRows most rows to read; 0 for all
     */
    public <T> T read(Sql sql, int maxRows, Result.Reader<T> reader) throws SQLException {
        LostConnection lost = new LostConnection();
        while (true) {
            try {
                return reader.read(readers.pipelined(keepsStatements, pipeline -> pipeline.run(sql, maxRows)));
            } catch (SQLException e) {
                lost.throwUnlessRepeatable(e);
            }
        }
    }

    /** Whether the statement that creates a row can be tried again, because its generated number existed. */
    boolean correctNumber(SQLException failure) throws SQLException {
        return numbers.correct(pool, failure);
    }

    /** The queue for statements that read, or for those that write. */
    StatementQueue queue(boolean forReads) {
        return forReads ? reads : writes;
    }

    /**
     * Plans a statement. The server also checks whether the role may run it; that is no error here, because a role that may
     * only read can serve reads.
     */
    private void explain(Sql sql) throws SQLException {
        try (Connection connection = pool.connection()) {
            first(connection, Sql.of("EXPLAIN").and(sql), row -> row.getString(1));
        } catch (SQLException e) {
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
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
        try (Connection connection = pool.connection()) {
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
        return pool.isBusy();
    }

    /** Whether a connection answers within five seconds. */
    boolean isUp() {
        try (Connection connection = pool.connection()) {
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
        reads.close();
        writes.close();
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
        return prepare(connection, sql, ResultSet.TYPE_FORWARD_ONLY);
    }

    /** A statement whose result is in memory as a whole, so that its rows can be counted before they are read. */
    static PreparedStatement prepareScrollable(Connection connection, Sql sql) throws SQLException {
        return prepare(connection, sql, ResultSet.TYPE_SCROLL_INSENSITIVE);
    }

    private static PreparedStatement prepare(Connection connection, Sql sql, int resultType) throws SQLException {
        logStatement(sql);
        PreparedStatement statement = connection.prepareStatement(sql.text(), resultType, ResultSet.CONCUR_READ_ONLY);
        try {
            bind(connection, statement, sql.values());
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    static void logStatement(Sql sql) {
        STATEMENTS.debug(sql.text());
    }

    private static void bind(Connection connection, PreparedStatement statement, List<Object> values)
            throws SQLException {
        int index = 1;
        for (Object value : values) {
            if (value instanceof String[] array) {
                statement.setArray(index++, connection.createArrayOf("text", array));
            } else if (value == Sql.NO_NUMBER) {
                statement.setNull(index++, Types.BIGINT);
            } else {
                statement.setObject(index++, value);
            }
        }
    }
}

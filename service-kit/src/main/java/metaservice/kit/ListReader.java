package metaservice.kit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Reads lists on the pool for reads, through cursors. A list takes at most the memory of two fetches, whatever its length,
 * if its rows are short; {@link BoundedRows} makes them so. Thread-safe.
 */
final class ListReader {

    /**
     * Rows per fetch: at most 1 MB with rows of 2 KiB. Most lists need one fetch. Fewer if the heap is smaller than 250 MiB,
     * because during a swap twice as many lists as the pool has connections may be read at once.
     */
    private static final int FETCH_SIZE =
            (int) Math.max(100, Math.min(500, Runtime.getRuntime().maxMemory() >> 19));

    private final ConnectionPool pool;
    private final Duration timeout;
    private final boolean poolsTransactions;
    private final LongReadPermits permits;

    /** @param poolsTransactions whether nothing may stay in a session after a transaction */
    ListReader(ConnectionPool pool, Duration timeout, boolean poolsTransactions, LongReadPermits permits) {
        this.pool = pool;
        this.poolsTransactions = poolsTransactions;
        this.timeout = timeout;
        this.permits = permits;
    }

    /** Consumes the rows of a list. */
    @FunctionalInterface
    interface RowConsumer {
        /** Reads the rows; the connection is held until this method returns. */
        void accept(RowCursor rows) throws Exception;
    }

    /** The permits for lists that are sent while they are read. */
    LongReadPermits permits() {
        return permits;
    }

    /** Runs a query and passes its rows to the consumer. */
    void read(Sql sql, RowConsumer consumer) throws Exception {
        read(List.of(), sql, consumer);
    }

    /** Runs a query whose run time depends on the client's input. It takes a permit before it takes a connection. */
    void readSlow(Sql sql, RowConsumer consumer) throws Exception {
        readSlow(List.of(), sql, consumer);
    }

    /**
     * Runs a query whose run time depends on the client's input, with a timeout of its own. It takes a permit before it
     * takes a connection.
     *
     * @param limit longest run time, after which the query fails with SQLSTATE 57014; a wait for a lock fails with 55P03
     *     after half of it
     */
    void readWithin(Duration limit, Sql sql, RowConsumer consumer) throws Exception {
        long millis = Math.min(limit.toMillis(), timeout.toMillis());
        readSlow(
                List.of(
                        Sql.of("SET LOCAL statement_timeout = " + millis),
                        Sql.of("SET LOCAL lock_timeout = " + Math.max(1, millis / 2))),
                sql,
                consumer);
    }

    private void readSlow(List<Sql> settings, Sql sql, RowConsumer consumer) throws Exception {
        permits.acquire();
        try {
            read(settings, sql, consumer);
        } finally {
            permits.release();
        }
    }

    private void read(List<Sql> settings, Sql sql, RowConsumer consumer) throws Exception {
        LostConnection lost = new LostConnection();
        while (true) {
            try (Connection connection = pool.connection()) {
                // The driver uses a cursor only inside a transaction. The pool rolls it back and resets autocommit.
                connection.setAutoCommit(false);
                for (Sql setting : settings) {
                    Database.update(connection, setting);
                }
                if (poolsTransactions) {
                    readDeclared(connection, sql, consumer, lost);
                } else {
                    readFetched(connection, sql, consumer, lost);
                }
                return;
            } catch (SQLException e) {
                lost.throwUnlessRepeatable(e);
            }
        }
    }

    private static void readFetched(Connection connection, Sql sql, RowConsumer consumer, LostConnection lost)
            throws Exception {
        try (PreparedStatement statement = Database.prepare(connection, sql)) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet rows = statement.executeQuery()) {
                lost.answered();
                consumer.accept(new RowCursor(rows));
            }
        }
    }

    /**
     * The same with a cursor of SQL. The driver's cursor needs a prepared statement with a name, which would stay in the
     * session after the transaction and be in the way of the next one with that name.
     */
    private static void readDeclared(Connection connection, Sql sql, RowConsumer consumer, LostConnection lost)
            throws Exception {
        Database.update(connection, Sql.of("DECLARE list NO SCROLL CURSOR FOR").and(sql));
        try (PreparedStatement fetch = Database.prepare(connection, Sql.of("FETCH " + FETCH_SIZE + " FROM list"))) {
            ResultSet first = fetch.executeQuery();
            lost.answered();
            consumer.accept(new RowCursor(first, FETCH_SIZE, fetch::executeQuery));
        }
    }
}

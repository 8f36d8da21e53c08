package metaservice.kit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGStatement;

/**
 * Reads lists on the pool for reads: a short list in one round trip, a long one through a cursor. A list takes at most the
 * memory of two fetches, whatever its length, if its rows are short; {@link BoundedRows} makes them so. Thread-safe.
 */
final class ListReader {

    /**
     * Rows per fetch: at most 1 MB with rows of 2 KiB. Most lists need one fetch. Fewer if the heap is smaller than 250 MiB,
     * because during a swap twice as many lists as the pool has connections may be read at once.
     */
    static final int FETCH_SIZE =
            (int) Math.max(100, Math.min(500, Runtime.getRuntime().maxMemory() >> 19));

    /** Bounds {@link #longLists}; filters of clients can be combined to many statements. */
    private static final int MAX_LONG_LISTS = 1000;

    private final ConnectionPool pool;
    private final Duration timeout;
    private final boolean poolsTransactions;
    private final LongReadPermits permits;

    /** Statements whose last list was long: their next list probably is, too, and would be read twice. */
    private final Set<String> longLists = ConcurrentHashMap.newKeySet();

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
        read(List.of(), sql, Plan.KEPT, consumer);
    }

    /** Whether the server may use the plan of an earlier query of the same text. */
    private enum Plan {
        /** The server may keep the plan of a statement, and then plans it without knowing the values. */
        KEPT,
        /** Each query is planned for its values. That takes longer, but which index is good may depend on a filter's value. */
        MADE_FOR_VALUES
    }

    /**
     * Runs a query whose run time depends on the client's input. It takes a permit before it takes a connection, and the
     * server plans it for its values.
     */
    void readSlow(Sql sql, RowConsumer consumer) throws Exception {
        readSlow(List.of(), sql, Plan.MADE_FOR_VALUES, consumer);
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
                Plan.KEPT,
                consumer);
    }

    private void readSlow(List<Sql> settings, Sql sql, Plan plan, RowConsumer consumer) throws Exception {
        permits.acquire();
        try {
            read(settings, sql, plan, consumer);
        } finally {
            permits.release();
        }
    }

    private void read(List<Sql> settings, Sql sql, Plan plan, RowConsumer consumer) throws Exception {
        LostConnection lost = new LostConnection();
        while (true) {
            try (Connection connection = pool.connection()) {
                if (!settings.isEmpty() || !readShort(connection, sql, plan, consumer, lost)) {
                    readLong(connection, settings, sql, plan, consumer, lost);
                }
                return;
            } catch (SQLException e) {
                lost.throwUnlessRepeatable(e);
            }
        }
    }

    /**
     * Reads a list of at most one fetch, without a transaction, so that it takes one round trip. Returns false, without a call
     * of the consumer, if the list is longer, or if the last one of the same statement was.
     */
    private boolean readShort(Connection connection, Sql sql, Plan plan, RowConsumer consumer, LostConnection lost)
            throws Exception {
        if (isProbablyLong(sql)) {
            return false;
        }
        try (PreparedStatement statement = Database.prepareScrollable(connection, sql)) {
            if (plan == Plan.MADE_FOR_VALUES) {
                // The server keeps plans of prepared statements only.
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            // Not LIMIT, because the server could choose another plan for it.
            statement.setMaxRows(FETCH_SIZE + 1);
            try (ResultSet rows = statement.executeQuery()) {
                rows.last(); // the rows are in memory
                if (rows.getRow() > FETCH_SIZE) {
                    wasLong(sql);
                    return false;
                }
                rows.beforeFirst();
                lost.answered();
                consumer.accept(new RowCursor(rows));
                return true;
            }
        }
    }

    /** Whether the last list of this statement did not fit into one fetch. */
    boolean isProbablyLong(Sql sql) {
        return longLists.contains(sql.text());
    }

    /** Remembers that a list of this statement did not fit into one fetch. */
    void wasLong(Sql sql) {
        if (longLists.size() >= MAX_LONG_LISTS) {
            longLists.clear();
        }
        longLists.add(sql.text());
    }

    private void readLong(
            Connection connection, List<Sql> settings, Sql sql, Plan plan, RowConsumer consumer, LostConnection lost)
            throws Exception {
        // The driver uses a cursor only inside a transaction. The pool rolls it back and resets autocommit.
        connection.setAutoCommit(false);
        for (Sql setting : settings) {
            Database.update(connection, setting);
        }
        RowConsumer counting = cursor -> {
            consumer.accept(cursor);
            if (cursor.read() <= FETCH_SIZE) {
                longLists.remove(sql.text());
            }
        };
        if (poolsTransactions || plan == Plan.MADE_FOR_VALUES) {
            readDeclared(connection, sql, counting, lost);
        } else {
            readFetched(connection, sql, counting, lost);
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
     * The same with a cursor of SQL. The driver's cursor needs a prepared statement with a name. The server would keep its
     * plan, and with a pooler it would stay in the session after the transaction and be in the way of the next one with that
     * name.
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

package metaservice.kit;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;

/**
 * Reads lists with the readers' pool, through cursors: a list of any length takes as much memory as two portions of it,
 * so its rows must be short, which {@link BoundedRows} sees to. Thread-safe.
 */
final class ListReader {

    /** With rows of 2 KiB this is 1 MB; most lists come with one fetch. */
    private static final int ROWS_PER_PORTION = 500;

    private final HikariDataSource pool;
    private final Duration timeout;
    private final SlowPermits permits;

    ListReader(HikariDataSource pool, Duration timeout, SlowPermits permits) {
        this.pool = pool;
        this.timeout = timeout;
        this.permits = permits;
    }

    /** Uses the rows of a list. */
    @FunctionalInterface
    interface Use {
        void of(RowCursor rows) throws Exception;
    }

    /** What lists need that are sent while they are read. */
    SlowPermits permits() {
        return permits;
    }

    /** Runs a query and lets its rows be used; the connection is held until then. */
    void read(Sql sql, Use use) throws Exception {
        read(List.of(), sql, use);
    }

    /** The same for a statement that a client can make slow: it holds a permit from the beginning. */
    void readSlow(Sql sql, Use use) throws Exception {
        readSlow(List.of(), sql, use);
    }

    /**
     * The same for a statement that a client can make as slow as it likes.
     *
     * @param longest after that much work it fails with SQLSTATE 57014; waiting for locks fails with 55P03, earlier
     */
    void readWithin(Duration longest, Sql sql, Use use) throws Exception {
        long millis = Math.min(longest.toMillis(), timeout.toMillis());
        readSlow(
                List.of(
                        Sql.of("SET LOCAL statement_timeout = " + millis),
                        Sql.of("SET LOCAL lock_timeout = " + Math.max(1, millis / 2))),
                sql,
                use);
    }

    private void readSlow(List<Sql> settings, Sql sql, Use use) throws Exception {
        permits.acquire();
        try {
            read(settings, sql, use);
        } finally {
            permits.release();
        }
    }

    private void read(List<Sql> settings, Sql sql, Use use) throws Exception {
        try (Connection connection = Database.connection(pool)) {
            // The driver uses a cursor only inside a transaction; the pool ends it and turns autocommit on again.
            connection.setAutoCommit(false);
            for (Sql setting : settings) {
                Database.update(connection, setting);
            }
            try (PreparedStatement statement = Database.prepare(connection, sql)) {
                statement.setFetchSize(ROWS_PER_PORTION);
                try (ResultSet rows = statement.executeQuery()) {
                    use.of(new RowCursor(rows));
                }
            }
        }
    }
}

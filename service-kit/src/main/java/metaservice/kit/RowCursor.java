package metaservice.kit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;

/** The rows of a list, which the driver fetches in several steps. For one thread. */
final class RowCursor {

    /**
     * Limits how long one list may hold its connection, because a slow client would otherwise block upgrades through its
     * open snapshot.
     */
    private static final Duration MAX_DURATION = Duration.ofMinutes(5);

    /** SQLSTATE of a statement that exceeded its timeout. */
    static final String QUERY_CANCELED = "57014";

    private final ResultSet rows;
    private final long begin = System.nanoTime();

    RowCursor(ResultSet rows) {
        this.rows = rows;
    }

    /**
     * Moves to the next row; returns false if there is none.
     *
     * @throws SQLTransientException if reading the list takes longer than five minutes
     */
    boolean next() throws SQLException {
        if (System.nanoTime() - begin > MAX_DURATION.toNanos()) {
            throw new SQLTransientException(
                    "reading a list took longer than " + MAX_DURATION.toSeconds() + " s", QUERY_CANCELED);
        }
        return rows.next();
    }

    /** The current row. */
    ResultSet row() {
        return rows;
    }
}

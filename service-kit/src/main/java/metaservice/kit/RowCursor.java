package metaservice.kit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;

/** The rows of a list, which the driver fetches in portions. For one thread. */
final class RowCursor {

    /** A client that reads a little now and then would keep a connection, and a snapshot that upgrades wait for. */
    private static final Duration LONGEST_LIST = Duration.ofMinutes(5);

    /** SQLSTATE of a statement that took too long. */
    private static final String QUERY_CANCELED = "57014";

    private final ResultSet rows;
    private final long begin = System.nanoTime();

    RowCursor(ResultSet rows) {
        this.rows = rows;
    }

    /**
     * Goes to the next row, if there is one.
     *
     * @throws SQLTransientException if the list has taken longer than five minutes
     */
    boolean next() throws SQLException {
        if (System.nanoTime() - begin > LONGEST_LIST.toNanos()) {
            throw new SQLTransientException(
                    "reading a list took longer than " + LONGEST_LIST.toSeconds() + " s", QUERY_CANCELED);
        }
        return rows.next();
    }

    /** The row on which it stands. */
    ResultSet row() {
        return rows;
    }
}

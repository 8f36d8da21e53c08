package metaservice.kit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;

/** The rows of a list, which are fetched in several portions. For one thread. */
final class RowCursor {

    /**
     * Limits how long one list may hold its connection, because a slow client would otherwise block upgrades through its
     * open snapshot.
     */
    private static final Duration MAX_DURATION = Duration.ofMinutes(5);

    /** SQLSTATE of a statement that exceeded its timeout. */
    static final String QUERY_CANCELED = "57014";

    private final Portions portions;
    private final int portionSize;
    private final long begin = System.nanoTime();
    private ResultSet rows;
    private int rowsInPortion;
    private long read;

    /** Returns the next portion of the rows, which may be empty, and closes the one before. */
    @FunctionalInterface
    interface Portions {
        ResultSet next() throws SQLException;
    }

    /** Rows that the driver fetches in portions. */
    RowCursor(ResultSet rows) {
        this(rows, Integer.MAX_VALUE, () -> rows);
    }

    /**
     * Rows that the caller fetches in portions.
     *
     * @param first the first portion
     * @param portionSize number of rows of each portion except the last one, which has fewer
     */
    RowCursor(ResultSet first, int portionSize, Portions portions) {
        this.rows = first;
        this.portionSize = portionSize;
        this.portions = portions;
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
        if (rowsInPortion == portionSize) {
            rows = portions.next();
            rowsInPortion = 0;
        }
        rowsInPortion++;
        if (!rows.next()) {
            return false;
        }
        read++;
        return true;
    }

    /** The number of rows that {@link #next} has moved to. */
    long read() {
        return read;
    }

    /** The current row. */
    ResultSet row() {
        return rows;
    }
}

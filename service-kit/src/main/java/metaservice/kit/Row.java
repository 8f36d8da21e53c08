package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One row of the result of {@link BoundedRows#inPieces}, short or long. For one thread. */
sealed interface Row permits Row.ShortRow, LongRow {

    /** Reads the row at the cursor's position. */
    static Row read(BoundedRows rows, RowCursor cursor) throws SQLException {
        ResultSet row = cursor.row();
        Values values = rows.values(row);
        byte[] piece = row.getBytes(rows.pieceColumn());
        if (piece == null) {
            return new ShortRow(rows.columns(), values);
        }
        Integer[] lengths = (Integer[]) row.getArray(rows.lengthsColumn()).getArray();
        return new LongRow(rows.columns(), values, lengths, new PieceStream(cursor, rows.pieceColumn(), piece));
    }

    /** Approximate total length of its texts in bytes. */
    long bytes();

    /** The values of its columns; NULL for the columns of a long row that may be long. */
    Values shortValues();

    /** Reads the values of all columns. At most one of values, write and skip is called, before the cursor moves. */
    Values values() throws IOException, SQLException;

    /** Writes the row as one JSON object. */
    void write(JsonGenerator json) throws IOException, SQLException;

    /** Moves the cursor to the end of the row. */
    void skip() throws IOException, SQLException;

    /** A row that is in memory. */
    final class ShortRow implements Row {

        private final Columns columns;
        private final Values values;

        private ShortRow(Columns columns, Values values) {
            this.columns = columns;
            this.values = values;
        }

        @Override
        public long bytes() {
            return values.length();
        }

        @Override
        public Values shortValues() {
            return values;
        }

        @Override
        public Values values() {
            return values;
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            columns.write(values, json);
        }

        @Override
        public void skip() {
            // A short row is a single row of the cursor.
        }
    }
}

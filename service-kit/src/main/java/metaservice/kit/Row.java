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
        String[] texts = rows.texts(row);
        byte[] piece = row.getBytes(rows.pieceColumn());
        if (piece == null) {
            return new ShortRow(rows.columns(), texts);
        }
        Integer[] lengths = (Integer[]) row.getArray(rows.lengthsColumn()).getArray();
        return new LongRow(rows.columns(), texts, lengths, new PieceStream(cursor, rows.pieceColumn(), piece));
    }

    /** Approximate total length of its texts in bytes. */
    long bytes();

    /** The texts of its columns; null for the columns of a long row that may be long. */
    String[] shortTexts();

    /** Reads the texts of all columns. At most one of texts, write and skip is called, before the cursor moves. */
    String[] texts() throws IOException, SQLException;

    /** Writes the row as one JSON object. */
    void write(JsonGenerator json) throws IOException, SQLException;

    /** Moves the cursor to the end of the row. */
    void skip() throws IOException, SQLException;

    /** A row that is in memory. */
    final class ShortRow implements Row {

        private final Columns columns;
        private final String[] texts;

        private ShortRow(Columns columns, String[] texts) {
            this.columns = columns;
            this.texts = texts;
        }

        @Override
        public long bytes() {
            return length(texts);
        }

        @Override
        public String[] shortTexts() {
            return texts;
        }

        @Override
        public String[] texts() {
            return texts;
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            columns.write(texts, json);
        }

        @Override
        public void skip() {
            // A short row is a single row of the cursor.
        }
    }

    /** Total length of the texts in characters; null counts as 0. */
    static long length(String[] texts) {
        long length = 0;
        for (String text : texts) {
            length += text == null ? 0 : text.length();
        }
        return length;
    }
}

package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One row of {@link BoundedRows#inPieces}. For one thread. */
sealed interface Row permits Row.ShortRow, LongRow {

    /** The row on which the cursor stands. */
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

    /** About how many bytes its texts have. */
    long bytes();

    /** The texts of its columns; null for those columns of a long row that may be long. */
    String[] shortTexts();

    /** The texts of all its columns. Once, before the cursor moves on; after that nothing else is left to do. */
    String[] texts() throws IOException, SQLException;

    /** Writes it as one object. The same holds. */
    void write(JsonGenerator json) throws IOException, SQLException;

    /** Moves the cursor to the row's end. The same holds. */
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
            // One row of the cursor is the whole row.
        }
    }

    /** How many characters texts have together; null has none. */
    static long length(String[] texts) {
        long length = 0;
        for (String text : texts) {
            length += text == null ? 0 : text.length();
        }
        return length;
    }
}

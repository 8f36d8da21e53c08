package metaservice.kit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;

/**
 * Reads the long texts of one row, one after the other, from the pieces that {@link BoundedRows#inPieces} makes of them.
 * The stream is at its end after each text, until {@link #beginText} starts the next one. For one thread.
 */
final class PieceStream extends InputStream {

    private final RowCursor cursor;
    private final int column;
    private byte[] piece;
    private int position;
    private int remaining;

    /**
     * The texts of a row.
     *
     * @param cursor is at the row's first piece; reading this stream moves it
     * @param column the number of the column with the pieces
     * @param first the first piece
     */
    PieceStream(RowCursor cursor, int column, byte[] first) {
        this.cursor = cursor;
        this.column = column;
        this.piece = first;
    }

    /** Starts the next text, which has this many bytes. The text before it must have been read to its end. */
    void beginText(int bytes) {
        remaining = bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Throws an {@link IOException} whose cause is an {@link SQLException} if the database fails. */
    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        if (position == piece.length) {
            fetch();
        }
        int count = Math.min(Math.min(length, remaining), piece.length - position);
        System.arraycopy(piece, position, to, offset, count);
        position += count;
        remaining -= count;
        return count;
    }

    private void fetch() throws IOException {
        try {
            if (!cursor.next()) {
                throw new EOFException("a long row ends " + remaining + " bytes before the end of a text");
            }
            piece = cursor.row().getBytes(column);
            position = 0;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}

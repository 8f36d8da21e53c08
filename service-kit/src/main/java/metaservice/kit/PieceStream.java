package metaservice.kit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;

/** The texts of one long row, one after the other: each ends this stream until the next one begins. For one thread. */
final class PieceStream extends InputStream {

    private final RowCursor cursor;
    private final int column;
    private byte[] piece;
    private int position;
    private int left;

    /**
     * The texts of a row.
     *
     * @param cursor stands on the row's first piece, and moves on as the stream is read
     * @param column has the pieces
     * @param first that piece
     */
    PieceStream(RowCursor cursor, int column, byte[] first) {
        this.cursor = cursor;
        this.column = column;
        this.piece = first;
    }

    /** Begins with the next text, which has so many bytes; the one before must have been read to its end. */
    void beginText(int bytes) {
        left = bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Throws an {@link IOException} whose cause is an {@link SQLException} if the database fails. */
    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        if (position == piece.length) {
            fetch();
        }
        int count = Math.min(Math.min(length, left), piece.length - position);
        System.arraycopy(piece, position, to, offset, count);
        position += count;
        left -= count;
        return count;
    }

    private void fetch() throws IOException {
        try {
            if (!cursor.next()) {
                throw new EOFException("a long row ends " + left + " bytes before the end of a text");
            }
            piece = cursor.row().getBytes(column);
            position = 0;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}

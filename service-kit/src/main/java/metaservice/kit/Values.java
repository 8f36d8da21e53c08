package metaservice.kit;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.core.Tuple;

/**
 * The values of one row in the database's text format, as UTF-8. They are written to answers as they are, because decoding and
 * encoding them would take more time than everything else that is done with a row. Values are numbered from 1, as columns.
 * Immutable.
 */
public final class Values {

    private final byte[][] all;

    private Values(byte[][] all) {
        this.all = all;
    }

    /** The first values of the current row. The connection must transfer numbers as text. */
    static Values of(ResultSet row, int count) throws SQLException {
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            all[i] = row.getBytes(i + 1);
        }
        return new Values(all);
    }

    /** The values of a row of the driver, without copying them. */
    static Values of(Tuple row) {
        byte[][] all = new byte[row.fieldCount()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = row.get(i);
        }
        return new Values(all);
    }

    /** The same with another value. */
    Values with(int column, byte[] value) {
        byte[][] others = all.clone();
        others[column - 1] = value;
        return new Values(others);
    }

    /** The bytes of a value, which must not be changed; null for SQL's NULL. */
    byte[] bytes(int column) {
        return all[column - 1];
    }

    /** A value as text; null for SQL's NULL. */
    public String text(int column) {
        byte[] value = all[column - 1];
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    /** A whole number that is not NULL. */
    public long number(int column) {
        return Long.parseLong(text(column));
    }

    /** Whether a boolean is true; NULL is not. */
    public boolean isTrue(int column) {
        byte[] value = all[column - 1];
        return value != null && value[0] == 't';
    }

    /** Total length in bytes. */
    long length() {
        long length = 0;
        for (byte[] value : all) {
            length += value == null ? 0 : value.length;
        }
        return length;
    }
}

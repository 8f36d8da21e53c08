package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;

/** A row whose long texts are still to be fetched. They are written while they are fetched. For one thread. */
final class LongRow implements Row {

    private final Columns columns;
    private final Values shortValues;
    private final Integer[] lengths;
    private final PieceStream pieces;

    /**
     * A row.
     *
     * @param shortValues the values of all columns; NULL for columns that may be long
     * @param lengths the lengths in bytes of the columns that may be long; null for SQL's NULL
     * @param pieces the texts of the columns that may be long
     */
    LongRow(Columns columns, Values shortValues, Integer[] lengths, PieceStream pieces) {
        this.columns = columns;
        this.shortValues = shortValues;
        this.lengths = lengths;
        this.pieces = pieces;
    }

    @Override
    public long bytes() {
        return shortValues.length()
                + Arrays.stream(lengths)
                        .mapToLong(length -> length == null ? 0 : length)
                        .sum();
    }

    @Override
    public Values shortValues() {
        return shortValues;
    }

    @Override
    public Values values() throws IOException, SQLException {
        Values all = shortValues;
        int next = 0;
        for (int i = 0; i < columns.columns().size(); i++) {
            if (columns.columns().get(i).mayBeLong() && begin(lengths[next++])) {
                all = all.with(i + 1, fetch(pieces::readAllBytes));
            }
        }
        return all;
    }

    @Override
    public void write(JsonGenerator json) throws IOException, SQLException {
        json.writeStartObject();
        int next = 0;
        for (int i = 0; i < columns.columns().size(); i++) {
            Column column = columns.columns().get(i);
            if (column.mayBeLong() && begin(lengths[next++])) {
                fetch(() -> {
                    column.kind().write(column.name(), pieces, json);
                    return column;
                });
            } else {
                column.kind().write(new SerializedString(column.name()), shortValues.bytes(i + 1), json);
            }
        }
        json.writeEndObject();
    }

    @Override
    public void skip() throws IOException, SQLException {
        for (Integer length : lengths) {
            if (begin(length)) {
                fetch(() -> pieces.skip(length));
            }
        }
    }

    /** Starts the next text; returns false if it is null. */
    private boolean begin(Integer length) {
        if (length != null) {
            pieces.beginText(length);
        }
        return length != null;
    }

    /** A step that reads from the pieces. */
    @FunctionalInterface
    private interface FetchStep<T> {
        T run() throws IOException;
    }

    /**
     * Runs the step and unwraps the database's exception from the stream's {@link IOException}, which would otherwise be
     * taken for a connection that the client closed.
     */
    private static <T> T fetch(FetchStep<T> work) throws IOException, SQLException {
        try {
            return work.run();
        } catch (IOException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            throw e;
        }
    }
}

package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;

/** A row whose texts are not fetched yet; they pass through as they come. For one thread. */
final class LongRow implements Row {

    private final Columns columns;
    private final String[] shortTexts;
    private final Integer[] lengths;
    private final PieceStream pieces;

    /**
     * A row.
     *
     * @param shortTexts those of all columns, but for columns that may be long
     * @param lengths of the columns that may be long, in bytes; null for a null
     * @param pieces all those texts
     */
    LongRow(Columns columns, String[] shortTexts, Integer[] lengths, PieceStream pieces) {
        this.columns = columns;
        this.shortTexts = shortTexts;
        this.lengths = lengths;
        this.pieces = pieces;
    }

    @Override
    public long bytes() {
        return Row.length(shortTexts)
                + Arrays.stream(lengths)
                        .mapToLong(length -> length == null ? 0 : length)
                        .sum();
    }

    @Override
    public String[] shortTexts() {
        return shortTexts;
    }

    @Override
    public String[] texts() throws IOException, SQLException {
        String[] all = shortTexts.clone();
        int next = 0;
        for (int i = 0; i < columns.columns().size(); i++) {
            if (columns.columns().get(i).mayBeLong() && begin(lengths[next++])) {
                all[i] = fetching(() -> new String(pieces.readAllBytes(), StandardCharsets.UTF_8));
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
                fetching(() -> {
                    column.kind().write(column.name(), pieces, json);
                    return column;
                });
            } else {
                column.kind().write(column.name(), shortTexts[i], json);
            }
        }
        json.writeEndObject();
    }

    @Override
    public void skip() throws IOException, SQLException {
        for (Integer length : lengths) {
            if (begin(length)) {
                fetching(() -> pieces.skip(length));
            }
        }
    }

    /** Begins with the next text, if it is not null. */
    private boolean begin(Integer length) {
        if (length != null) {
            pieces.beginText(length);
        }
        return length != null;
    }

    /** Reads from the pieces. */
    @FunctionalInterface
    private interface Fetching<T> {
        T run() throws IOException;
    }

    /** A stream can fail with an {@link IOException} only, which would pass for a client that went away. */
    private static <T> T fetching(Fetching<T> work) throws IOException, SQLException {
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

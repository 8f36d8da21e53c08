package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The members of one type of JSON object, in their order. Immutable. */
public final class Columns {

    private final List<Column> columns;
    private final SerializedString[] names;
    private final BoundedRows bounded;

    private Columns(List<Column> columns) {
        this.columns = columns;
        this.names = columns.stream()
                .map(column -> new SerializedString(column.name()))
                .toArray(SerializedString[]::new);
        this.bounded = new BoundedRows(this, 0);
    }

    /** The members in the order in which they are written. */
    public static Columns of(Column... columns) {
        return new Columns(List.of(columns));
    }

    /** These members, followed by more. */
    public Columns and(Column... more) {
        List<Column> all = new ArrayList<>(columns);
        all.addAll(List.of(more));
        return new Columns(List.copyOf(all));
    }

    /** The members, in their order. */
    public List<Column> columns() {
        return columns;
    }

    /** The expression list for SELECT or RETURNING. */
    public String select() {
        return columns.stream().map(Column::expression).collect(Collectors.joining(", "));
    }

    /** Length of the part of an object's JSON that is not values, in bytes. */
    int namesLength() {
        int nameQuotesColonQuotesComma = 6;
        int length = 2;
        for (SerializedString name : names) {
            length += name.charLength() + nameQuotesColonQuotesComma;
        }
        return length;
    }

    /** Wraps statements with these columns. */
    BoundedRows bounded() {
        return bounded;
    }

    /** Writes a row as one object. Its first values must be those of {@link #select()}. */
    public void write(Values row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < names.length; i++) {
            columns.get(i).kind().write(names[i], row.bytes(i + 1), json);
        }
        json.writeEndObject();
    }
}

package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The members of one type of JSON object, in their order. Immutable. */
public record Columns(List<Column> columns) {

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

    /** The expression list for SELECT or RETURNING. */
    public String select() {
        return columns.stream().map(Column::expression).collect(Collectors.joining(", "));
    }

    /** The texts of the current row. Its first columns must be those of {@link #select()}. */
    public String[] read(ResultSet row) throws SQLException {
        String[] texts = new String[columns.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = row.getString(i + 1);
        }
        return texts;
    }

    /** Writes a row that was {@linkplain #read read} as one object. */
    public void write(String[] texts, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < texts.length; i++) {
            Column column = columns.get(i);
            column.kind().write(column.name(), texts[i], json);
        }
        json.writeEndObject();
    }
}

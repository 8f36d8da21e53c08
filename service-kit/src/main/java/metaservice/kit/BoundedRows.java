package metaservice.kit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Changes a statement so that none of its rows is long, whatever is stored: the driver keeps a whole portion of rows in
 * memory, and the length of one row says nothing about the next. The server decides row by row, without reading a long
 * text for that. Immutable.
 *
 * <p>In SQL the columns are {@code c1}, {@code c2}, …
 */
final class BoundedRows {

    /** A row whose texts have more bytes comes in several rows, each with a piece of so many bytes. */
    private static final int PIECE_BYTES = 2048;

    /** A row whose texts have more bytes is never in memory as a whole: 32 workers may have one each. */
    static final int MOST_BYTES_IN_MEMORY = 1_000_000;

    private final Columns columns;
    private final int more;
    private final List<Integer> texts;

    /**
     * Rows of a statement.
     *
     * @param columns what it selects first
     * @param more how many short columns it selects behind them
     */
    BoundedRows(Columns columns, int more) {
        this.columns = columns;
        this.more = more;
        this.texts = IntStream.rangeClosed(1, columns.columns().size())
                .filter(number -> columns.columns().get(number - 1).mayBeLong())
                .boxed()
                .toList();
    }

    /**
     * The rows as they are, but for long ones. In place of one of those come several: their texts are NULL, the last
     * column has a piece of all the texts together, in UTF-8; in the first of them the column before has the lengths of the
     * texts in bytes. Rows keep their order. To be read by {@link Row#read}.
     */
    Sql inPieces(Sql statement) {
        String lengths = each("octet_length(convert_to(", ", 'UTF8'))", ", ");
        // An array of so many zeros rather than generate_series(), of which the planner always expects a thousand rows.
        String pieces = """
                SELECT CASE WHEN number = 1 THEN lengths END AS lengths,
                  substring(bytes FROM %1$d * (number::int - 1) + 1 FOR %1$d) AS piece
                FROM (SELECT ARRAY[%2$s] AS lengths, convert_to(concat(%3$s), 'UTF8') AS bytes OFFSET 0) whole,
                  unnest(array_fill(0, ARRAY[(octet_length(bytes) + %1$d - 1) / %1$d])) WITH ORDINALITY part(zero, number)
                WHERE %4$s > %1$d OFFSET 0""".formatted(PIECE_BYTES, lengths, each("", "", ", "), bytes());
        return around(statement, "piece", "lengths, piece", pieces);
    }

    /**
     * The rows as they are, but without the texts of those that are too long for the memory; a last column is true for
     * these. To be read by {@link #isTooLong} and {@link #texts}.
     */
    Sql withoutTooLong(Sql statement) {
        String tooLong = "SELECT true AS is_long WHERE " + bytes() + " > " + MOST_BYTES_IN_MEMORY + " OFFSET 0";
        return around(statement, "is_long", "is_long", tooLong);
    }

    /** A JSONB value becomes a text once, after sorting; {@code OFFSET 0} makes the planner leave it there. */
    private Sql around(Sql statement, String whenLong, String added, String lateral) {
        String select = numbers()
                .mapToObj(number ->
                        isText(number) ? "CASE WHEN " + whenLong + " IS NULL THEN c" + number + " END" : "c" + number)
                .collect(Collectors.joining(", "));
        String whole = numbers()
                .mapToObj(number -> isJson(number) ? "c" + number + "::text" : "c" + number)
                .collect(Collectors.joining(", "));
        String names = numbers().mapToObj(number -> "c" + number).collect(Collectors.joining(", "));
        return Sql.of("SELECT " + select + ", " + added + " FROM (SELECT " + whole + " FROM (")
                .and(statement)
                .and(") s(" + names + ") OFFSET 0) whole_row(" + names + ") LEFT JOIN LATERAL (" + lateral
                        + ") long_row ON true");
    }

    /** How long the texts are; a stored text is not read for that. */
    private String bytes() {
        return each("coalesce(octet_length(", "), 0)", " + ");
    }

    private String each(String before, String after, String between) {
        return texts.stream().map(number -> before + "c" + number + after).collect(Collectors.joining(between));
    }

    private IntStream numbers() {
        return IntStream.rangeClosed(1, all());
    }

    private boolean isText(int number) {
        return texts.contains(number);
    }

    private boolean isJson(int number) {
        return isText(number) && columns.columns().get(number - 1).kind() == Column.Kind.JSON;
    }

    private int all() {
        return columns.columns().size() + more;
    }

    Columns columns() {
        return columns;
    }

    /** The texts of all columns, those behind the shown ones included; NULL for the texts of a long row. */
    String[] texts(ResultSet row) throws SQLException {
        String[] found = new String[all()];
        for (int i = 0; i < found.length; i++) {
            found[i] = row.getString(i + 1);
        }
        return found;
    }

    /** The number of the column with the lengths. */
    int lengthsColumn() {
        return all() + 1;
    }

    /** The number of the column with the piece. */
    int pieceColumn() {
        return all() + 2;
    }

    /** Whether a row of {@link #withoutTooLong} lacks its texts. */
    boolean isTooLong(ResultSet row) throws SQLException {
        return row.getBoolean(all() + 1);
    }
}

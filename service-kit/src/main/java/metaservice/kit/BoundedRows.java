package metaservice.kit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Wraps a statement so that each of its result rows is short, whatever the tables contain. The driver keeps all rows of one
 * fetch in memory, so long rows could exhaust the heap. The server decides row by row from the length of the texts, which
 * it knows without reading them. Thread-safe.
 *
 * <p>In the wrapping SQL the columns are called {@code c1}, {@code c2}, …
 */
final class BoundedRows {

    /** Longest piece in bytes. A row whose texts are longer in total is returned as several rows with one piece each. */
    private static final int PIECE_BYTES = 2048;

    /** A row whose texts are longer in total is never in memory as a whole, because each worker may hold one. */
    static final int MAX_BYTES_IN_MEMORY = 1_000_000;

    /** Takes the place of the pieces if no column may be long: no row is returned in pieces then. */
    private static final String NO_PIECES = "SELECT NULL::int[] AS lengths, NULL::bytea AS piece WHERE false";

    /** Most texts that are wrapped only once. Filters of clients can be combined to many texts. */
    private static final int MAX_CACHED = 100;

    private final Columns columns;
    private final int more;
    private final List<Integer> texts;
    private final Map<String, String> inPieces = new ConcurrentHashMap<>();
    private final Map<String, String> withoutTooLong = new ConcurrentHashMap<>();
    private final Map<String, String> withoutPieces = new ConcurrentHashMap<>();

    /**
     * Wraps statements with these columns.
     *
     * @param columns the first columns of the statement
     * @param more number of short columns after them
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
     * Returns short rows unchanged and each long row as several rows. In these rows the texts are NULL, and the last column
     * has a piece of the concatenated texts in UTF-8. In the first of them the second last column has the lengths of the
     * texts in bytes. The order of rows stays the same. {@link Row#read} reads the result.
     */
    Sql inPieces(Sql statement) {
        return wrapped(inPieces, statement, this::inPieces);
    }

    private String inPieces(String statement) {
        if (texts.isEmpty()) {
            return around(statement, "piece", "lengths, piece", NO_PIECES);
        }
        String lengths = each("octet_length(convert_to(", ", 'UTF8'))", ", ");
        // Not generate_series(), because the planner always estimates a thousand rows for it.
        String pieces = """
                SELECT CASE WHEN number = 1 THEN lengths END AS lengths,
                  substring(bytes FROM %1$d * (number::int - 1) + 1 FOR %1$d) AS piece
                FROM (SELECT ARRAY[%2$s] AS lengths, convert_to(concat(%3$s), 'UTF8') AS bytes OFFSET 0) whole,
                  unnest(array_fill(0, ARRAY[(octet_length(bytes) + %1$d - 1) / %1$d])) WITH ORDINALITY part(zero, number)
                WHERE %4$s > %1$d OFFSET 0""".formatted(PIECE_BYTES, lengths, each("", "", ", "), bytes());
        return around(statement, "piece", "lengths, piece", pieces);
    }

    /** Returns the rows without the texts of rows that exceed {@link #MAX_BYTES_IN_MEMORY}; see {@link #isTooLong}. */
    Sql withoutTooLong(Sql statement) {
        return wrapped(withoutTooLong, statement, text -> without(text, MAX_BYTES_IN_MEMORY));
    }

    /** Returns the rows without the texts of rows that {@link #inPieces} would return in pieces; see {@link #isTooLong}. */
    Sql withoutPieces(Sql statement) {
        return wrapped(withoutPieces, statement, text -> without(text, PIECE_BYTES));
    }

    /** Unlike {@link #around}, computes the length of each row in a column, which costs less than a join. */
    private String without(String statement, int longest) {
        String select = numbers()
                .mapToObj(number ->
                        isText(number) ? "CASE WHEN is_long THEN NULL ELSE c" + number + " END" : "c" + number)
                .collect(Collectors.joining(", "));
        String bytes = texts.isEmpty() ? "0" : bytes();
        return "SELECT " + select + ", is_long FROM (SELECT " + names() + ", " + bytes + " > " + longest
                + " AS is_long FROM " + whole(statement) + " OFFSET 0) measured";
    }

    /** The wrapped text, from the cache if it is there. */
    private Sql wrapped(Map<String, String> cache, Sql statement, UnaryOperator<String> wrap) {
        String text = cache.get(statement.text());
        if (text == null) {
            text = wrap.apply(statement.text());
            if (cache.size() < MAX_CACHED) {
                cache.put(statement.text(), text);
            }
        }
        return new Sql(text, statement.values());
    }

    /** Casts a JSONB value to text once, after sorting. {@code OFFSET 0} keeps the planner from moving the cast. */
    private String around(String statement, String whenLong, String added, String lateral) {
        String select = numbers()
                .mapToObj(number ->
                        isText(number) ? "CASE WHEN " + whenLong + " IS NULL THEN c" + number + " END" : "c" + number)
                .collect(Collectors.joining(", "));
        return "SELECT " + select + ", " + added + " FROM " + whole(statement) + " LEFT JOIN LATERAL (" + lateral
                + ") long_row ON true";
    }

    /** The rows with their JSONB values as text. */
    private String whole(String statement) {
        String whole = numbers()
                .mapToObj(number -> isJson(number) ? "c" + number + "::text" : "c" + number)
                .collect(Collectors.joining(", "));
        return "(SELECT " + whole + " FROM (" + statement + ") s(" + names() + ") OFFSET 0) whole_row(" + names() + ")";
    }

    private String names() {
        return numbers().mapToObj(number -> "c" + number).collect(Collectors.joining(", "));
    }

    /** The total length of the texts in bytes. The server knows the length of a stored text without reading it. */
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

    /** The values of all columns, including the {@code more} ones; NULL for the texts of a long row. */
    Values values(ResultSet row) throws SQLException {
        return Values.of(row, all());
    }

    /** The number of the column with the lengths of the texts. */
    int lengthsColumn() {
        return all() + 1;
    }

    /** The number of the column with the piece. */
    int pieceColumn() {
        return all() + 2;
    }

    /** Whether a row of the result of {@link #withoutPieces} lacks its texts. */
    boolean hasTooLong(Result result) {
        for (int i = 0; i < result.size(); i++) {
            if (isTooLong(result.row(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a row of {@link #withoutTooLong} or {@link #withoutPieces} lacks its texts. */
    boolean isTooLong(Values row) {
        return row.isTrue(all() + 1);
    }
}

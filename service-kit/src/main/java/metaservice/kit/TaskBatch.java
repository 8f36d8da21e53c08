package metaservice.kit;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Stores what tasks produce: many rows, one statement, one round trip. Rows that are there already are left out, as
 * are rows with a bad field; those use up a serial number all the same, as in the reference. Thread-safe.
 */
public final class TaskBatch {

    private final Parts parts;
    private final String table;
    private final List<Field> fields;
    private final String countedAs;
    private final List<String> ownerColumns;
    private final String numbers;
    private final String numberedColumn;

    private TaskBatch(
            Parts parts,
            String table,
            List<Field> fields,
            String countedAs,
            List<String> ownerColumns,
            String numbers,
            String numberedColumn) {
        this.parts = parts;
        this.table = table;
        this.fields = fields;
        this.countedAs = countedAs;
        this.ownerColumns = ownerColumns;
        this.numbers = numbers;
        this.numberedColumn = numberedColumn;
    }

    /**
     * For a table without serial numbers.
     *
     * @param countedAs the member of the answer that says how many rows were stored
     * @param ownerColumns the columns that tell the task, in the table and in what {@link #create} is told of the owner
     */
    public static TaskBatch into(
            Parts parts, String table, List<Field> fields, String countedAs, List<String> ownerColumns) {
        return new TaskBatch(parts, table, fields, countedAs, ownerColumns, "", "");
    }

    /** For a table whose rows are numbered in the column {@code id}. */
    public static TaskBatch intoNumbered(
            Parts parts, String table, List<Field> fields, String countedAs, List<String> ownerColumns) {
        String numbers = ", nextval(pg_get_serial_sequence('" + table + "', 'id')) AS id";
        return new TaskBatch(parts, table, fields, countedAs, ownerColumns, numbers, "id, ");
    }

    /**
     * Stores the rows in the body.
     *
     * @param owner selects the task's columns; no row means that there is no such task
     * @param withoutOwner the answer then
     */
    public Answer create(Request request, Sql owner, Answer withoutOwner) throws SQLException {
        Batch batch = Batch.read(request.json(), fields);
        Optional<Integer> stored = store(owner, batch);
        if (batch.brokenAt().isPresent()) {
            throw batch.brokenAt().get();
        }
        return stored.map(this::count).orElse(withoutOwner);
    }

    /** The answer that says how many rows were stored. */
    public Answer count(int stored) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeNumberField(countedAs, stored);
            json.writeEndObject();
        });
    }

    /** How many rows were stored; empty if there is no such task. */
    private Optional<Integer> store(Sql owner, Batch batch) throws SQLException {
        String own = ownerColumns.stream().map(column -> "owner." + column).collect(Collectors.joining(", "));
        Sql sql = Sql.of("WITH owner AS (")
                .and(owner)
                .and("), numbered AS (SELECT batch.*" + numbers + " FROM")
                .and(batch.source())
                .and("ORDER BY n), added AS (INSERT INTO " + table + " (" + numberedColumn
                        + String.join(", ", ownerColumns) + ", ts_epoch, " + batch.names() + ") SELECT "
                        + numberedColumn + own + ",")
                .and("?::bigint, " + batch.values("numbered") + " FROM owner, numbered WHERE good", parts.millis())
                .and("ORDER BY n ON CONFLICT DO NOTHING RETURNING 1) SELECT (SELECT count(*) FROM added) FROM owner");
        return parts.database().first(sql, row -> row.getInt(1));
    }
}

package metaservice.kit;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Stores what tasks produce: many rows, one statement, one round trip. Rows that are there already are left out, as
 * are rows with a bad field; those use up a serial number all the same, as in the reference.
 */
final class TaskBatch {

    private static final Answer UNKNOWN_TASK = Answer.message(400, "need to register run_id and task_id first");

    private final Parts parts;
    private final String table;
    private final List<Field> fields;
    private final String countedAs;
    private final String numbers;
    private final String numberedColumn;

    private TaskBatch(
            Parts parts, String table, List<Field> fields, String countedAs, String numbers, String numberedColumn) {
        this.parts = parts;
        this.table = table;
        this.fields = fields;
        this.countedAs = countedAs;
        this.numbers = numbers;
        this.numberedColumn = numberedColumn;
    }

    /**
     * For a table without serial numbers.
     *
     * @param countedAs the member of the answer that says how many rows were stored
     */
    static TaskBatch into(Parts parts, String table, List<Field> fields, String countedAs) {
        return new TaskBatch(parts, table, fields, countedAs, "", "");
    }

    /** For a table whose rows are numbered in the column {@code id}. */
    static TaskBatch intoNumbered(Parts parts, String table, List<Field> fields, String countedAs) {
        String numbers = ", nextval(pg_get_serial_sequence('" + table + "', 'id')) AS id";
        return new TaskBatch(parts, table, fields, countedAs, numbers, "id, ");
    }

    /** Stores the rows in the body; 400 if the task is unknown. */
    Answer create(Request request) throws SQLException {
        Batch batch = Batch.read(request.json(), fields);
        Optional<Integer> stored = store(request, batch);
        if (batch.brokenAt().isPresent()) {
            throw batch.brokenAt().get();
        }
        return stored.map(this::count).orElse(UNKNOWN_TASK);
    }

    private Answer count(int stored) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeNumberField(countedAs, stored);
            json.writeEndObject();
        });
    }

    /** How many rows were stored; empty if there is no such task. */
    private Optional<Integer> store(Request request, Batch batch) throws SQLException {
        String columns = "flow_id, run_number, run_id, step_name, task_id, task_name, ts_epoch, " + batch.names();
        Sql sql = Sql.of("WITH t AS (SELECT t.* FROM " + parts.tables().tasks() + " t WHERE")
                .and(Ids.task(request, "t"))
                .and("), numbered AS (SELECT batch.*" + numbers + " FROM")
                .and(batch.source())
                .and("ORDER BY n), added AS (INSERT INTO " + table + " (" + numberedColumn + columns + ") SELECT "
                        + numberedColumn + "t.flow_id, t.run_number, t.run_id, t.step_name, t.task_id, t.task_name,")
                .and("?::bigint, " + batch.values("numbered") + " FROM t, numbered WHERE good", parts.millis())
                .and("ORDER BY n ON CONFLICT DO NOTHING RETURNING 1) SELECT (SELECT count(*) FROM added) FROM t");
        return parts.database().first(sql, row -> row.getInt(1));
    }
}

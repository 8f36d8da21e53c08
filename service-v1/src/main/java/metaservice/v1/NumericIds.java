package metaservice.v1;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import metaservice.kit.ClientError;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * The ids in the path of a request, where runs and tasks have numbers only. A path parameter has the name of its column,
 * which is the same in every table. The first id identifies a flow, the first two a run, the first three a step, and all
 * four a task.
 */
final class NumericIds {

    /** Number of ids that identify a run. */
    static final int RUN_IDS = 2;

    /** Number of ids that identify a step. */
    static final int STEP_IDS = 3;

    /** Number of ids that identify a task. */
    static final int TASK_IDS = 4;

    /** The columns of the ids, in the order of the path. */
    static final List<String> COLUMNS = List.of("flow_id", "run_number", "step_name", "task_id");

    private static final List<String> NUMBERS = List.of("run_number", "task_id");

    /** The number formats that PostgreSQL accepts, because 1.0.1 inserted ids into its SQL unchanged. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?");

    /** The numbers among these that always fit into a bigint. */
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

    private NumericIds() {}

    /**
     * SQL condition for the rows with the first ids of the path.
     *
     * @param count the number of ids
     * @throws ClientError 400 if the id of a run or task is not a number
     */
    static Sql match(Request request, int count) {
        return Sql.joined(
                " AND ",
                COLUMNS.subList(0, count).stream()
                        .map(column -> Sql.of(column + " = ?", searchValue(request, column)))
                        .toList());
    }

    /** The value to search for: a long if possible, because PostgreSQL uses no index of a bigint for a decimal. */
    private static Object searchValue(Request request, String column) {
        String text = request.path(column);
        if (!NUMBERS.contains(column)) {
            return text;
        }
        if (!NUMBER.matcher(text).matches()) {
            throw notANumber(request, column);
        }
        return INTEGER.matcher(text).matches() ? Long.valueOf(text) : new BigDecimal(text);
    }

    /**
     * The value of an id of a new object.
     *
     * @throws ClientError 400 if the id of a run or task is not a number, or a name is too long
     */
    static Object newValue(Request request, String column) {
        return NUMBERS.contains(column)
                ? number(request, column).orElseThrow(() -> notANumber(request, column))
                : request.newName(column);
    }

    /**
     * A query for one row with the ids of the task in the path, whether the task exists or not. It returns no row if the ids
     * of run and task are not numbers; then nothing is stored.
     */
    static Sql owner(Request request) {
        Optional<Long> run = number(request, "run_number");
        Optional<Long> task = number(request, "task_id");
        return Sql.of(
                "SELECT ? AS flow_id, ?::bigint AS run_number, ? AS step_name, ?::bigint AS task_id WHERE ?",
                request.newName("flow_id"),
                Sql.orNull(run),
                request.newName("step_name"),
                Sql.orNull(task),
                run.isPresent() && task.isPresent());
    }

    private static Optional<Long> number(Request request, String column) {
        try {
            return Optional.of(Long.valueOf(request.path(column)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static ClientError notANumber(Request request, String column) {
        return ClientError.badRequest(column + " " + request.path(column) + ": expected a number");
    }
}

package metaservice.v1;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import metaservice.kit.ClientError;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * The ids in the path of a request, of which those of runs and tasks are nothing but numbers. They are called in the path
 * what their columns are called in every table. The first is a flow's; with the second they are a run's, with the third a
 * step's, and all of them are a task's.
 */
final class NumericIds {

    /** How many ids a run has. */
    static final int OF_RUN = 2;

    /** How many ids a step has. */
    static final int OF_STEP = 3;

    /** How many ids a task has. */
    static final int OF_TASK = 4;

    /** All of them, the outermost first. */
    static final List<String> COLUMNS = List.of("flow_id", "run_number", "step_name", "task_id");

    private static final List<String> NUMBERS = List.of("run_number", "task_id");

    /** 1.0.1 put ids into its SQL as they came, so whatever PostgreSQL reads as a number finds the row. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?");

    /** Of those, what is sure to fit into a bigint. */
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

    private NumericIds() {}

    /**
     * Finds the rows that have the first ids of the path.
     *
     * @param count how many ids
     * @throws ClientError 400 if one of them is no number and has to be
     */
    static Sql match(Request request, int count) {
        return Sql.joined(
                " AND ",
                COLUMNS.subList(0, count).stream()
                        .map(column -> Sql.of(column + " = ?", wanted(request, column)))
                        .toList());
    }

    /** A plain number stays an integer, as the columns are: PostgreSQL uses no index of theirs for a decimal. */
    private static Object wanted(Request request, String column) {
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
     * The id under which something new is stored.
     *
     * @throws ClientError 400 if it is no number and has to be, or too long for a name
     */
    static Object stored(Request request, String column) {
        return NUMBERS.contains(column)
                ? number(request, column).orElseThrow(() -> notANumber(request, column))
                : request.newName(column);
    }

    /**
     * One row with the ids of a task, registered or not; none if the path has something else than numbers, and nothing
     * is stored then.
     */
    static Sql owner(Request request) {
        Optional<Long> run = number(request, "run_number");
        Optional<Long> task = number(request, "task_id");
        return Sql.of(
                "SELECT ? AS flow_id, ?::bigint AS run_number, ? AS step_name, ?::bigint AS task_id WHERE ?",
                request.newName("flow_id"),
                run.orElse(null),
                request.newName("step_name"),
                task.orElse(null),
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

package metaservice.v1;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;
import metaservice.kit.ClientError;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Ids that are nothing but numbers. */
final class NumericIds {

    /** 1.0.1 put ids into its SQL as they came, so whatever PostgreSQL reads as a number finds the row. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?");

    /** Of those, what is sure to fit into a bigint. */
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

    private NumericIds() {}

    /** Finds the rows of the run that the path names. */
    static Sql run(Request request) {
        return Sql.of("flow_id = ? AND run_number = ?", request.path("flow_id"), number(request, "run_number"));
    }

    /** Finds the rows of the step that the path names. */
    static Sql step(Request request) {
        return run(request).and("AND step_name = ?", request.path("step_name"));
    }

    /** Finds the rows of the task that the path names. */
    static Sql task(Request request) {
        return step(request).and("AND task_id = ?", number(request, "task_id"));
    }

    /**
     * The number under which something is stored; empty if the path has something else.
     *
     * @param name the path's parameter
     */
    static Optional<Long> stored(Request request, String name) {
        try {
            return Optional.of(Long.valueOf(request.path(name)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * The same, where nothing else will do.
     *
     * @throws ClientError 400 if the path has something else
     */
    static long required(Request request, String name) {
        return stored(request, name).orElseThrow(() -> notANumber(request, name));
    }

    /** A plain number stays an integer, as the columns are: PostgreSQL uses no index of theirs for a decimal. */
    private static Number number(Request request, String name) {
        String text = request.path(name);
        if (!NUMBER.matcher(text).matches()) {
            throw notANumber(request, name);
        }
        return INTEGER.matcher(text).matches() ? Long.valueOf(text) : new BigDecimal(text);
    }

    private static ClientError notANumber(Request request, String name) {
        return ClientError.badRequest(name + " " + request.path(name) + ": expected a number");
    }
}

package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.EndpointContext;
import metaservice.kit.Field;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * Ids in versions with names: a run or task has a number, and also a name if its client has given one. Answers have the
 * name if there is one, otherwise the number.
 */
public final class Ids {

    /** SQL expression for the id of a run in any table; to be formatted with the table's alias. */
    static final String RUN_ID = "coalesce(%1$s.run_id, %1$s.run_number::text)";

    /** SQL expression for the id of a task in any table with tasks; to be formatted with the table's alias. */
    static final String TASK_ID = "coalesce(%1$s.task_name, %1$s.task_id::text)";

    /** The columns that identify a task, in the table of tasks and in every table that refers to it. */
    static final List<String> TASK_COLUMNS =
            List.of("flow_id", "run_number", "run_id", "step_name", "task_id", "task_name");

    /** The answer when metadata or artifacts are stored for an unknown task. */
    static final Answer UNKNOWN_TASK = Answer.message(400, "need to register run_id and task_id first");

    private Ids() {}

    /** SQL condition for the rows of the run in the path; {@code row} is the alias of their table. */
    public static Sql run(Request request, String row) {
        return Sql.of(row + ".flow_id = ? AND", request.path("flow_id"))
                .and(new PathId("run_number", request.path("run_number"))
                        .matches(row + ".run_number", row + ".run_id"));
    }

    /** SQL condition for the rows of the step in the path; {@code row} is the alias of their table. */
    public static Sql step(Request request, String row) {
        return run(request, row).and("AND " + row + ".step_name = ?", request.path("step_name"));
    }

    /** SQL condition for the rows of the task in the path; {@code row} is the alias of their table. */
    public static Sql task(Request request, String row) {
        return step(request, row)
                .and("AND")
                .and(new PathId("task_id", request.path("task_id")).matches(row + ".task_id", row + ".task_name"));
    }

    /** The WITH clause of a statement that uses the run in the path as {@code r}. */
    static Sql withRun(EndpointContext context, Request request) {
        return Sql.of("WITH r AS (SELECT r.* FROM " + context.tables().runs() + " r WHERE")
                .and(run(request, "r"))
                .and(")");
    }

    /** Selects {@link #TASK_COLUMNS} of the task in the path. */
    static Sql selectTask(EndpointContext context, Request request) {
        return Sql.of("SELECT " + String.join(", ", TASK_COLUMNS) + " FROM "
                        + context.tables().tasks() + " t WHERE")
                .and(task(request, "t"));
    }

    /** The answer when a step or task is created and its run does not exist. */
    static Answer unknownRun(Request request) {
        return Answer.message(
                404,
                "run_number: there is no run " + request.path("run_number") + " of flow " + request.path("flow_id"));
    }

    /**
     * The name that a client requests for a new run or task; empty if it does not request one.
     *
     * @throws ClientError 400 if the name is a number or cannot be stored
     */
    static Optional<String> requestedName(JsonNode body, String member) {
        Optional<String> name = Optional.ofNullable(Field.text(member).read(body));
        if (name.filter(Column::isNumber).isPresent()) {
            throw ClientError.badRequest(member + ": expected a name that is not a number, found " + name.get()
                    + "; leave it out to get a" + " number");
        }
        return name;
    }
}

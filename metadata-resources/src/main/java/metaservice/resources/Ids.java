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
 * Ids of the versions that know names: a run or task has a number, and a name if its client gave one. Answers show
 * the name if there is one.
 */
public final class Ids {

    /** Of a run, in any of the tables. */
    static final String RUN = "coalesce(%1$s.run_id, %1$s.run_number::text)";

    /** Of a task, in any of the tables below runs. */
    static final String TASK = "coalesce(%1$s.task_name, %1$s.task_id::text)";

    /** The columns that tell a task, in every table below tasks. */
    static final List<String> TASK_COLUMNS =
            List.of("flow_id", "run_number", "run_id", "step_name", "task_id", "task_name");

    /** What storing something for an unknown task answers. */
    static final Answer UNKNOWN_TASK = Answer.message(400, "need to register run_id and task_id first");

    private Ids() {}

    /** Finds the rows of the run that the path names. */
    public static Sql run(Request request, String row) {
        return Sql.of(row + ".flow_id = ? AND", request.path("flow_id"))
                .and(new Key("run_number", request.path("run_number")).matches(row + ".run_number", row + ".run_id"));
    }

    /** Finds the rows of the step that the path names. */
    public static Sql step(Request request, String row) {
        return run(request, row).and("AND " + row + ".step_name = ?", request.path("step_name"));
    }

    /** Finds the rows of the task that the path names. */
    public static Sql task(Request request, String row) {
        return step(request, row)
                .and("AND")
                .and(new Key("task_id", request.path("task_id")).matches(row + ".task_id", row + ".task_name"));
    }

    /** Begins a statement that needs the run of the path: it is {@code r} in what follows. */
    static Sql withRun(EndpointContext parts, Request request) {
        return Sql.of("WITH r AS (SELECT r.* FROM " + parts.tables().runs() + " r WHERE")
                .and(run(request, "r"))
                .and(")");
    }

    /** Selects the columns of the task of the path. */
    static Sql selectTask(EndpointContext parts, Request request) {
        return Sql.of("SELECT " + String.join(", ", TASK_COLUMNS) + " FROM "
                        + parts.tables().tasks() + " t WHERE")
                .and(task(request, "t"));
    }

    /** What the creation of something below a run answers if there is no such run. */
    static Answer unknownRun(Request request) {
        return Answer.message(
                404,
                "run_number: there is no run " + request.path("run_number") + " of flow " + request.path("flow_id"));
    }

    /**
     * The name that a client gives to something new; empty if it leaves that to us.
     *
     * @throws ClientError 400 if the name is a number or cannot be stored
     */
    static Optional<String> given(JsonNode body, String member) {
        Optional<String> name = Optional.ofNullable(Field.text(member).read(body));
        if (name.filter(Column::isNumber).isPresent()) {
            throw ClientError.badRequest(member + ": expected a name that is not a number, found " + name.get()
                    + "; leave it out to get a" + " number");
        }
        return name;
    }
}

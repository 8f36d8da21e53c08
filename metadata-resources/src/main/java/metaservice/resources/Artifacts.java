package metaservice.resources;

import java.sql.SQLException;
import java.util.regex.Pattern;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Artifacts of the versions that know names and attempts. They show the tags of their run, not their own. */
public final class Artifacts {

    /** What an artifact shows; {@code a} is the artifact, {@code r} its run. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("a.flow_id"),
            new Column("run_number", Ids.RUN.formatted("a"), Column.Kind.ID),
            Column.text("step_name").from("a.step_name"),
            new Column("task_id", Ids.TASK.formatted("a"), Column.Kind.ID),
            Column.text("name").from("a.name"),
            Column.text("location").from("a.location"),
            Column.text("ds_type").from("a.ds_type"),
            Column.text("sha").from("a.sha"),
            Column.text("type").from("a.type"),
            Column.text("content_type").from("a.content_type"),
            Column.text("user_name").from("a.user_name"),
            Column.number("attempt_id").from("a.attempt_id"),
            Column.number("ts_epoch").from("a.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"));

    private static final Pattern ATTEMPT_ID = Pattern.compile("[+-]?[0-9]{1,9}");

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String table;
    private final String joinedWithRun;

    /**
     * Artifacts of one service.
     *
     * @param spec what clients store
     */
    public Artifacts(EndpointContext parts, BatchSpec spec, LeftOut leftOut) {
        this.parts = parts;
        this.table = parts.tables().artifacts();
        this.batch = new TaskBatch(parts, table, spec, Ids.TASK_COLUMNS, leftOut);
        this.joinedWithRun = joinedWithRun(parts);
    }

    /** What follows the table, or what takes its place, in a statement: its alias, and its run. */
    public static String joinedWithRun(EndpointContext parts) {
        return " a LEFT JOIN " + parts.tables().runs() + " r ON r.flow_id = a.flow_id AND r.run_number = a.run_number";
    }

    /** The latest attempt of every task of a run. */
    public Answer ofRun(Request request) {
        return latest(Ids.run(request, "all_attempts"));
    }

    /** The latest attempt of every task of a step. */
    public Answer ofStep(Request request) {
        return latest(Ids.step(request, "all_attempts"));
    }

    /** The latest attempt of a task. */
    public Answer ofTask(Request request) {
        return latest(Ids.task(request, "all_attempts"));
    }

    private Answer latest(Sql rows) {
        return parts.list(
                COLUMNS,
                Sql.of("SELECT " + COLUMNS.select() + " FROM (SELECT all_attempts.*, max(attempt_id) OVER"
                                + " (PARTITION BY flow_id, run_number, step_name, task_id) AS latest_attempt FROM "
                                + table + " all_attempts WHERE")
                        .and(rows)
                        .and(")" + joinedWithRun + " WHERE a.attempt_id = a.latest_attempt ORDER BY a.ts_epoch DESC"));
    }

    /** One attempt of a task; empty if there was none, and for a task without artifacts whatever is asked. */
    public Answer ofAttempt(Request request) throws SQLException {
        Sql any = Sql.of("SELECT 1 FROM " + table + " a WHERE")
                .and(Ids.task(request, "a"))
                .and("LIMIT 1");
        if (!isAttemptId(request.path("attempt_id"))
                && parts.database().read(any, row -> true).isEmpty()) {
            return Answer.json(200, json -> {
                json.writeStartArray();
                json.writeEndArray();
            });
        }
        return parts.list(COLUMNS, attempt(request, attemptId(request)).and("ORDER BY a.ts_epoch DESC"));
    }

    /** One artifact of one attempt. */
    public Answer oneOfAttempt(Request request) throws SQLException {
        return parts.object(
                COLUMNS, attempt(request, attemptId(request)).and("AND a.name = ?", request.path("artifact_name")));
    }

    /**
     * One artifact: of the attempt to which the newest artifact called {@code name} belongs, which every attempt stores
     * last; of attempt 0 if there is none.
     */
    public Answer one(Request request) throws SQLException {
        Sql lastAttempt = Sql.of("coalesce((SELECT n.attempt_id FROM " + table + " n WHERE")
                .and(Ids.task(request, "n"))
                .and("AND n.name = 'name' ORDER BY n.ts_epoch DESC, n.attempt_id DESC LIMIT 1), 0)");
        return parts.object(
                COLUMNS, attempt(request, lastAttempt).and("AND a.name = ?", request.path("artifact_name")));
    }

    private Sql attempt(Request request, Sql attempt) {
        return Sql.of("SELECT " + COLUMNS.select() + " FROM " + table + joinedWithRun + " WHERE")
                .and(Ids.task(request, "a"))
                .and("AND a.attempt_id =")
                .and(attempt);
    }

    private static Sql attemptId(Request request) {
        String text = request.path("attempt_id");
        if (!isAttemptId(text)) {
            throw ClientError.badRequest(
                    "attempt_id " + text + ": expected a whole number of at most " + Short.MAX_VALUE);
        }
        return Sql.of("?", Integer.valueOf(text));
    }

    private static boolean isAttemptId(String text) {
        return ATTEMPT_ID.matcher(text).matches() && Integer.parseInt(text) <= Short.MAX_VALUE;
    }

    /** Stores artifacts of a task; one that is there already stays as it is. */
    public Answer create(Request request) throws SQLException {
        return batch.create(request, Ids.selectTask(parts, request), Ids.UNKNOWN_TASK);
    }
}

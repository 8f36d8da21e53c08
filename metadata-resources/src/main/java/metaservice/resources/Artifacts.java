package metaservice.resources;

import java.sql.SQLException;
import java.util.regex.Pattern;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Result;
import metaservice.kit.Sql;

/**
 * Endpoints for artifacts in versions with names and attempts. Answers have the tags of the run and not the artifact's own.
 * Thread-safe.
 */
public final class Artifacts {

    /** The members of an artifact; {@code a} is the artifact's table, {@code r} its run's. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("a.flow_id"),
            new Column("run_number", Ids.RUN_ID.formatted("a"), Column.Kind.ID),
            Column.text("step_name").from("a.step_name"),
            new Column("task_id", Ids.TASK_ID.formatted("a"), Column.Kind.ID),
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

    private final EndpointContext context;
    private final TaskBatch batch;
    private final String table;
    private final String joinedWithRun;

    /**
     * Endpoints of one service.
     *
     * @param spec the fields that clients store
     * @param rejectedRows whether answers list the rows that are not stored
     */
    public Artifacts(EndpointContext context, BatchSpec spec, RejectedRows rejectedRows) {
        this.context = context;
        this.table = context.tables().artifacts();
        this.batch = new TaskBatch(context, table, spec, Ids.TASK_COLUMNS, rejectedRows);
        this.joinedWithRun = joinedWithRun(context);
    }

    /** The part of a FROM clause after the artifact table or subquery: its alias {@code a} and the join with its run. */
    public static String joinedWithRun(EndpointContext context) {
        return " a LEFT JOIN " + context.tables().runs()
                + " r ON r.flow_id = a.flow_id AND r.run_number = a.run_number";
    }

    /** The latest attempt of every task of a run. */
    public Answer ofRun(Request request) {
        return context.list(COLUMNS, latest(request, Ids.run(request, "all_attempts")));
    }

    /** The latest attempt of every task of a step. */
    public Answer ofStep(Request request) {
        return context.list(COLUMNS, latest(request, Ids.step(request, "all_attempts")));
    }

    /** The latest attempt of a task. */
    public Outcome ofTask(Request request) {
        return context.shortList(COLUMNS, latest(request, Ids.task(request, "all_attempts")));
    }

    /**
     * The tags of the run become text once, because that would cost more than the rest for each row. The subquery in the
     * condition makes the server compute {@code r} only once: it is a second reference.
     */
    private Sql latest(Request request, Sql rows) {
        return Sql.of(
                        "WITH r AS (SELECT r.flow_id, r.run_number, r.tags::text AS tags, r.system_tags::text AS system_tags"
                                + " FROM " + context.tables().runs() + " r WHERE")
                .and(Ids.run(request, "r"))
                .and(") SELECT " + COLUMNS.select() + " FROM (SELECT all_attempts.*, max(attempt_id) OVER"
                        + " (PARTITION BY flow_id, run_number, step_name, task_id) AS latest_attempt FROM " + table
                        + " all_attempts WHERE")
                .and(rows)
                .and(
                        ") a LEFT JOIN r ON r.flow_id = a.flow_id AND r.run_number = a.run_number"
                                + " WHERE a.attempt_id = a.latest_attempt AND (SELECT count(*) FROM r) >= 0 ORDER BY a.ts_epoch DESC");
    }

    /** The artifacts of one attempt of a task; empty if there is none. For a task without artifacts the attempt is not checked. */
    public Answer ofAttempt(Request request) throws SQLException {
        Sql any = Sql.of("SELECT 1 FROM " + table + " a WHERE")
                .and(Ids.task(request, "a"))
                .and("LIMIT 1");
        if (!isAttemptId(request.path("attempt_id"))
                && context.database().read(any, 1, Result::first).isEmpty()) {
            return Answer.json(200, json -> {
                json.writeStartArray();
                json.writeEndArray();
            });
        }
        return context.list(COLUMNS, attempt(request, attemptId(request)).and("ORDER BY a.ts_epoch DESC"));
    }

    /** One artifact of one attempt. */
    public Outcome oneOfAttempt(Request request) {
        return context.object(
                COLUMNS, attempt(request, attemptId(request)).and("AND a.name = ?", request.path("artifact_name")));
    }

    /**
     * One artifact of the latest attempt. That is the attempt of the newest artifact called {@code name}, because each
     * attempt stores that artifact last; attempt 0 if there is no such artifact.
     */
    public Outcome one(Request request) {
        Sql lastAttempt = Sql.of("coalesce((SELECT n.attempt_id FROM " + table + " n WHERE")
                .and(Ids.task(request, "n"))
                .and("AND n.name = 'name' ORDER BY n.ts_epoch DESC, n.attempt_id DESC LIMIT 1), 0)");
        return context.object(
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

    /** Stores artifacts of a task. An artifact that exists already is not changed. */
    public Outcome create(Request request) {
        return batch.create(request, Ids.selectTask(context, request), Ids.UNKNOWN_TASK);
    }
}

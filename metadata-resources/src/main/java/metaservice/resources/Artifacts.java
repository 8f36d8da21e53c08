package metaservice.kit;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Artifacts of the generations that know names and attempts. They show the tags of their run, not their own. */
public final class Artifacts {

    private static final Columns COLUMNS = Columns.of(
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

    /** What clients store. */
    public static final TaskBatch.Kind KIND = new TaskBatch.Kind(
            List.of(
                    Field.text("name").orElse(" ").required(),
                    Field.text("location").orElse(" ").required(),
                    Field.text("ds_type").orElse(" ").required(),
                    Field.text("sha").orElse(" "),
                    Field.text("type").orElse(" "),
                    Field.text("content_type").orElse(" "),
                    Field.text("user_name").orElse(" "),
                    Field.smallNumber("attempt_id", "0"),
                    Field.json("tags"),
                    Field.json("system_tags")),
            "artifacts_created",
            List.of("name", "attempt_id"),
            false);

    /** The same where the columns that are in no key are of any length: from schema 20261120000000 on. */
    private static final TaskBatch.Kind LONG_TEXTS =
            KIND.withUnlimited("location", "ds_type", "sha", "type", "content_type");

    /** What the document of the API calls them. */
    public static final List<Shape> SHAPES = shapes(KIND);

    /** The same with long texts. */
    public static final List<Shape> LONG_SHAPES = shapes(LONG_TEXTS);

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String table;
    private final String joinedWithRun;

    /** Artifacts whose texts have at most 255 characters. */
    public Artifacts(EndpointContext parts) {
        this(parts, new TaskBatch(parts, parts.tables().artifacts(), KIND, Ids.TASK_COLUMNS));
    }

    /** Artifacts whose texts are as long as the schema allows: any length, or 255 characters on an older one. */
    public static Artifacts withLongTexts(EndpointContext parts) {
        return new Artifacts(
                parts,
                new TaskBatch(parts, parts.tables().artifacts(), LONG_TEXTS, Optional.of(KIND), Ids.TASK_COLUMNS));
    }

    private Artifacts(EndpointContext parts, TaskBatch batch) {
        this.parts = parts;
        this.table = parts.tables().artifacts();
        this.batch = batch;
        this.joinedWithRun =
                " a LEFT JOIN " + parts.tables().runs() + " r ON r.flow_id = a.flow_id AND r.run_number = a.run_number";
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

    /** The newest row of every name in every task of a run, page by page. */
    public Paged pagesOfRun(Request request) {
        return pages(Ids.run(request, "every"));
    }

    /** The newest row of every name in every task of a step, page by page. */
    public Paged pagesOfStep(Request request) {
        return pages(Ids.step(request, "every"));
    }

    /** The newest row of every name in a task, page by page. */
    public Paged pagesOfTask(Request request) {
        return pages(Ids.task(request, "every"));
    }

    private Paged pages(Sql rows) {
        Sql newest = Sql.of("FROM (SELECT DISTINCT ON (flow_id, run_number, task_id, name) every.* FROM " + table
                        + " every WHERE")
                .and(rows)
                .and("ORDER BY flow_id, run_number, task_id, name, ts_epoch DESC, attempt_id DESC)" + joinedWithRun
                        + " WHERE true");
        return new Paged(
                COLUMNS,
                newest,
                List.of(
                        Paged.Order.number("ts_epoch", "a.ts_epoch"),
                        Paged.Order.number("task_id", "a.task_id"),
                        Paged.Order.text("name", "a.name")),
                Filters.NONE);
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
        return batch.create(request, parts.task(request), Ids.UNKNOWN_TASK);
    }

    private static List<Shape> shapes(TaskBatch.Kind kind) {
        return List.of(Shape.row("Artifact", COLUMNS, kind.fields()), Shape.body("NewArtifact", kind.fields()));
    }
}

package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.spi.Tables;

/**
 * Endpoints for tasks in versions with names and heartbeats. Answers have the tags of the run and not the task's own.
 * Thread-safe.
 */
public final class Tasks {

    /** The members of a task; {@code t} is the task's table, {@code r} its run's. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("t.flow_id"),
            new Column("run_number", Ids.RUN_ID.formatted("t"), Column.Kind.ID),
            Column.text("step_name").from("t.step_name"),
            new Column("task_id", Ids.TASK_ID.formatted("t"), Column.Kind.ID),
            Column.text("user_name").from("t.user_name"),
            Column.number("ts_epoch").from("t.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"),
            Column.number("last_heartbeat_ts").from("t.last_heartbeat_ts"));

    /** Timeout of a query with a pattern. */
    private static final Duration MATCH_TIMEOUT = Duration.ofSeconds(10);

    private final EndpointContext context;
    private final EarlyHeartbeat earlyHeartbeat;
    private final String select;
    private final String insert;

    /**
     * Endpoints of one service.
     *
     * @param earlyHeartbeat the answer to heartbeats that are too early
     */
    public Tasks(EndpointContext context, EarlyHeartbeat earlyHeartbeat) {
        this.context = context;
        this.earlyHeartbeat = earlyHeartbeat;
        Tables tables = context.tables();
        this.select = "SELECT " + COLUMNS.select() + " " + from(context);
        this.insert = "INSERT INTO " + tables.tasks()
                + " (flow_id, run_number, run_id, step_name, task_name, user_name, tags, system_tags, ts_epoch,"
                + " last_heartbeat_ts) SELECT r.flow_id, r.run_number, r.run_id, ?, ?, ?, ?::jsonb, ?::jsonb,"
                + " ?::bigint, ?::bigint FROM r RETURNING *";
    }

    /** The FROM clause for {@link #COLUMNS}, with {@code WHERE} at its end. */
    public static String from(EndpointContext context) {
        return "FROM " + context.tables().tasks() + " t LEFT JOIN "
                + context.tables().runs() + " r ON r.flow_id = t.flow_id AND r.run_number = t.run_number WHERE";
    }

    /** The tasks of a step, newest first; empty if there is no such step. */
    public Answer list(Request request) {
        return context.list(
                COLUMNS, Sql.of(select).and(Ids.step(request, "t")).and("ORDER BY t.ts_epoch DESC, t.task_id DESC"));
    }

    /** One task. */
    public Outcome one(Request request) {
        return context.object(COLUMNS, Sql.of(select).and(Ids.task(request, "t")));
    }

    /** Registers a task, which is also a heartbeat of its run; 404 if there is no such run or step. */
    public Outcome create(Request request) {
        JsonNode body = request.jsonObject();
        Labels labels = Labels.of(body);
        Optional<Long> heartbeat = Heartbeats.first(context, body);
        Sql sql = Ids.withRun(context, request)
                .and(
                        ", t AS (" + insert + ")",
                        request.newName("step_name"),
                        Ids.requestedName(body, "task_id").orElse(null),
                        labels.userName(),
                        labels.tags(),
                        labels.systemTags(),
                        context.millis(),
                        Sql.orNull(heartbeat));
        if (heartbeat.isPresent()) {
            sql = sql.and(", beat AS (")
                    .and(updateRunHeartbeat(request, heartbeat.get()))
                    .and(")");
        }
        return context.created(
                COLUMNS,
                sql.and("SELECT " + COLUMNS.select() + " FROM t, r"),
                request.pathKey(),
                Ids.unknownRun(request));
    }

    /** Stores a heartbeat of a task and of its run; of the run also if the task does not exist. */
    public Outcome heartbeat(Request request) {
        long now = context.seconds();
        String table = context.tables().tasks();
        Sql update = Sql.of("WITH run AS (")
                .and(updateRunHeartbeat(request, now))
                .and("RETURNING 1), beat AS (UPDATE " + table + " t SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.task(request, "t"))
                .and("AND")
                .and(Heartbeats.condition("t", now))
                // The reference to the run's update makes it the first one, so that its trigger notifies first.
                .and("AND (SELECT count(*) FROM run) >= 0")
                .and("RETURNING 1)");
        Sql known = Sql.of("SELECT 1 FROM " + table + " t WHERE").and(Ids.task(request, "t"));
        return Runs.storeHeartbeat(context, update, known, request.pathKey(), earlyHeartbeat);
    }

    private Sql updateRunHeartbeat(Request request, long now) {
        return Sql.of("UPDATE " + context.tables().runs() + " run SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.run(request, "run"))
                .and("AND")
                .and(Heartbeats.condition("run", now));
    }

    /**
     * The paths ({@code flow/run/step/task}) of the tasks of a step that have a metadata row with the field name and with a
     * value that matches the POSIX pattern; each filter is optional. Oldest first. Tasks without metadata are not included.
     */
    public Answer filtered(Request request) {
        Sql sql = Sql.of("SELECT m.flow_id || '/' || " + Ids.RUN_ID.formatted("m") + " || '/' || m.step_name || '/' || "
                        + Ids.TASK_ID.formatted("m") + " FROM "
                        + context.tables().metadata() + " m WHERE")
                .and(Ids.step(request, "m"));
        Optional<String> field = request.query("metadata_field_name");
        if (field.isPresent()) {
            sql = sql.and("AND m.field_name = ?", field.get());
        }
        Optional<String> pattern = request.query("pattern");
        if (pattern.isPresent()) {
            sql = sql.and("AND m.value ~ ?", pattern.get());
        }
        Sql grouped = sql.and(
                "GROUP BY m.flow_id, m.run_number, m.run_id, m.step_name, m.task_id, m.task_name ORDER BY m.task_id");
        // Some patterns take very long and would hold a connection that other requests need.
        return pattern.isPresent()
                ? context.stringsWithin(MATCH_TIMEOUT, grouped, Tasks::tooSlow)
                : context.strings(grouped);
    }

    private static ClientError tooSlow(SQLException cause) {
        return ClientError.badRequest(
                "pattern: matching took longer than " + MATCH_TIMEOUT.toSeconds()
                        + " s; expected a simpler pattern, or metadata_field_name beside it",
                cause);
    }
}

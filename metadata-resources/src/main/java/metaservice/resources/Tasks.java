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
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.spi.Tables;

/** Tasks of the versions that know names and heartbeats. They show the tags of their run, not their own. */
public final class Tasks {

    /** What a task shows; {@code t} is the task, {@code r} its run. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("t.flow_id"),
            new Column("run_number", Ids.RUN.formatted("t"), Column.Kind.ID),
            Column.text("step_name").from("t.step_name"),
            new Column("task_id", Ids.TASK.formatted("t"), Column.Kind.ID),
            Column.text("user_name").from("t.user_name"),
            Column.number("ts_epoch").from("t.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"),
            Column.number("last_heartbeat_ts").from("t.last_heartbeat_ts"));

    private static final Duration LONGEST_MATCH = Duration.ofSeconds(10);

    private final EndpointContext parts;
    private final EarlyHeartbeat earlyHeartbeat;
    private final String select;
    private final String insert;

    /** Tasks of one service. */
    public Tasks(EndpointContext parts, EarlyHeartbeat earlyHeartbeat) {
        this.parts = parts;
        this.earlyHeartbeat = earlyHeartbeat;
        Tables tables = parts.tables();
        this.select = "SELECT " + COLUMNS.select() + " " + from(parts);
        this.insert = "INSERT INTO " + tables.tasks()
                + " (flow_id, run_number, run_id, step_name, task_name, user_name, tags, system_tags, ts_epoch,"
                + " last_heartbeat_ts) SELECT r.flow_id, r.run_number, r.run_id, ?, ?, ?, ?::jsonb, ?::jsonb,"
                + " ?::bigint, ?::bigint FROM r RETURNING *";
    }

    /** The tables of which {@link #COLUMNS} are, up to WHERE. */
    public static String from(EndpointContext parts) {
        return "FROM " + parts.tables().tasks() + " t LEFT JOIN "
                + parts.tables().runs() + " r ON r.flow_id = t.flow_id AND r.run_number = t.run_number WHERE";
    }

    /** The tasks of a step, newest first; empty if there is no such step. */
    public Answer list(Request request) {
        return parts.list(
                COLUMNS, Sql.of(select).and(Ids.step(request, "t")).and("ORDER BY t.ts_epoch DESC, t.task_id DESC"));
    }

    /** One task. */
    public Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select).and(Ids.task(request, "t")));
    }

    /** Registers a task, which is a heartbeat of its run, too; 404 if there is no such run or step. */
    public Answer create(Request request) throws SQLException {
        JsonNode body = request.jsonObject();
        Labels labels = Labels.of(body);
        Optional<Long> heartbeat = Heartbeats.first(parts, body);
        Sql sql = Ids.withRun(parts, request)
                .and(
                        ", t AS (" + insert + ")",
                        request.newName("step_name"),
                        Ids.given(body, "task_id").orElse(null),
                        labels.userName(),
                        labels.tags(),
                        labels.systemTags(),
                        parts.millis(),
                        heartbeat.orElse(null));
        if (heartbeat.isPresent()) {
            sql = sql.and(", beat AS (")
                    .and(beatOfRun(request, heartbeat.get()))
                    .and(")");
        }
        return parts.created(COLUMNS, sql.and("SELECT " + COLUMNS.select() + " FROM t, r"), Ids.unknownRun(request));
    }

    /** A task is alive, and so is its run, even if the task is unknown. */
    public Answer heartbeat(Request request) throws SQLException {
        long now = parts.seconds();
        String table = parts.tables().tasks();
        Sql sql = Sql.of("WITH run AS (")
                .and(beatOfRun(request, now))
                .and("RETURNING 1), beat AS (UPDATE " + table + " t SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.task(request, "t"))
                .and("AND")
                .and(Heartbeats.condition("t", now))
                // Looking at the run's beat makes it the first, so that those who listen to triggers hear of it first.
                .and("AND (SELECT count(*) FROM run) >= 0")
                .and("RETURNING 1) SELECT EXISTS (SELECT 1 FROM beat) AS written, EXISTS (SELECT 1 FROM " + table
                        + " t WHERE")
                .and(Ids.task(request, "t"))
                .and(") AS known");
        return Runs.beat(parts, sql, earlyHeartbeat);
    }

    private Sql beatOfRun(Request request, long now) {
        return Sql.of("UPDATE " + parts.tables().runs() + " run SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.run(request, "run"))
                .and("AND")
                .and(Heartbeats.condition("run", now));
    }

    /**
     * The paths ({@code flow/run/step/task}) of the tasks of a step with a metadata field of a name, or whose value
     * matches a POSIX pattern, or both, oldest first. Tasks without metadata do not show up.
     */
    public Answer filtered(Request request) {
        Sql sql = Sql.of("SELECT m.flow_id || '/' || " + Ids.RUN.formatted("m") + " || '/' || m.step_name || '/' || "
                        + Ids.TASK.formatted("m") + " FROM " + parts.tables().metadata() + " m WHERE")
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
        // Some patterns take for ever, and would keep a connection from everybody else.
        return pattern.isPresent()
                ? parts.stringsWithin(LONGEST_MATCH, grouped, Tasks::tooSlow)
                : parts.strings(grouped);
    }

    private static ClientError tooSlow(SQLException cause) {
        return ClientError.badRequest(
                "pattern: matching took longer than " + LONGEST_MATCH.toSeconds()
                        + " s; expected a simpler pattern, or metadata_field_name beside it",
                cause);
    }
}

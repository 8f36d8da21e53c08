package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Database;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Endpoints for runs in versions with names and heartbeats. Thread-safe. */
public final class Runs {

    private static final String ROW = "r";

    /** The members of a run; {@code r} is its table. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("r.flow_id"),
            new Column("run_number", Ids.RUN_ID.formatted(ROW), Column.Kind.ID),
            Column.text("user_name").from("r.user_name"),
            Column.number("ts_epoch").from("r.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"),
            Column.number("last_heartbeat_ts").from("r.last_heartbeat_ts"));

    private static final Answer HEARTBEAT_ACCEPTED = Answer.jsonString(200, Runs.waitTime());
    private static final Answer HEARTBEAT_NOT_FOUND = Answer.jsonString(404, Runs.waitTime());

    private final EndpointContext context;
    private final Columns shown;
    private final EarlyHeartbeat earlyHeartbeat;
    private final String table;

    /**
     * Endpoints of one service.
     *
     * @param shown the members of a run that is read: {@link #COLUMNS}, or more
     * @param earlyHeartbeat the answer to heartbeats that are too early
     */
    public Runs(EndpointContext context, Columns shown, EarlyHeartbeat earlyHeartbeat) {
        this.context = context;
        this.shown = shown;
        this.earlyHeartbeat = earlyHeartbeat;
        this.table = context.tables().runs();
    }

    /** The body of the answer to a heartbeat, as text; it is sent as JSON inside a JSON string. */
    static String waitTime() {
        return "{\"wait_time_in_seconds\": " + Heartbeats.INTERVAL_SECONDS + "}";
    }

    /**
     * Stores a heartbeat unless it is too early. The answer for an unknown run or task is 404 with the same body.
     *
     * @param update a WITH clause whose part {@code beat} stores the heartbeat and returns a row if it did
     * @param known a query that returns a row if the run or task exists; it is run only if nothing was stored
     * @param key identifies the run or task
     */
    static Outcome storeHeartbeat(EndpointContext context, Sql update, Sql known, String key, EarlyHeartbeat early) {
        Sql stored = update.and("SELECT 1 FROM beat");
        Sql sql = early == EarlyHeartbeat.ACCEPTED
                ? stored.and("UNION ALL (").and(known).and(") LIMIT 1")
                : stored;
        return context.changed(sql, key, row -> HEARTBEAT_ACCEPTED, HEARTBEAT_NOT_FOUND);
    }

    /** The runs of a flow, newest first; empty if there is no such flow. */
    public Answer list(Request request) {
        return context.list(
                shown,
                Sql.of(
                                "SELECT " + shown.select() + " FROM " + table + " r WHERE r.flow_id = ?",
                                request.path("flow_id"))
                        .and("ORDER BY r.ts_epoch DESC, r.run_number DESC"));
    }

    /** One run. */
    public Outcome one(Request request) {
        return context.object(
                shown,
                Sql.of("SELECT " + shown.select() + " FROM " + table + " r WHERE")
                        .and(Ids.run(request, ROW)));
    }

    /** Starts a run; 404 if there is no such flow, 409 if its name is taken. */
    public Outcome create(Request request) {
        JsonNode body = request.jsonObject();
        Labels labels = Labels.of(body);
        Sql sql = Sql.of(
                "INSERT INTO " + table + " AS r"
                        + " (flow_id, run_id, user_name, tags, system_tags, ts_epoch, last_heartbeat_ts)"
                        + " VALUES (?, ?, ?, ?::jsonb, ?::jsonb, ?, ?::bigint) RETURNING " + COLUMNS.select(),
                request.newName("flow_id"),
                Ids.requestedName(body, "run_number").orElse(null),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                context.millis(),
                Sql.orNull(Heartbeats.first(context, body)));
        return context.created(COLUMNS, sql, request.pathKey());
    }

    /** Stores a heartbeat of a run. */
    public Outcome heartbeat(Request request) {
        long now = context.seconds();
        Sql update = Sql.of("WITH beat AS (UPDATE " + table + " r SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.run(request, ROW))
                .and("AND")
                .and(Heartbeats.condition(ROW, now))
                .and("RETURNING 1)");
        Sql known = Sql.of("SELECT 1 FROM " + table + " r WHERE").and(Ids.run(request, ROW));
        return storeHeartbeat(context, update, known, request.pathKey(), earlyHeartbeat);
    }

    /**
     * Changes the tags of a run: removals first, then additions. If two requests change the tags at the same time, one of
     * them is answered with 409, and its client can retry.
     */
    public Answer mutateTags(Request request) throws SQLException {
        TagMutation mutation = TagMutation.read(request.jsonObject());
        Sql run = Ids.run(request, ROW);
        try {
            return context.database().repeatableRead(connection -> {
                Optional<TagMutation.Tags> before = Database.first(
                        connection,
                        Sql.of("SELECT r.tags, r.system_tags FROM " + table + " r WHERE")
                                .and(run),
                        row -> TagMutation.Tags.parse(row.getString(1), row.getString(2)));
                if (before.isEmpty()) {
                    return context.dialect().notFound();
                }
                Set<String> after = mutation.apply(before.get());
                if (!after.equals(new LinkedHashSet<>(before.get().tags()))) {
                    Database.update(
                            connection,
                            Sql.of("UPDATE " + table + " r SET tags = ?::jsonb WHERE", TagMutation.toJson(after))
                                    .and(run));
                }
                return tags(new ArrayList<>(after));
            });
        } catch (SQLException e) {
            if ("40001".equals(e.getSQLState())) {
                return Answer.jsonString(409, "Conflicting concurrent tag mutation, please retry");
            }
            throw e;
        }
    }

    private static Answer tags(List<String> tags) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("tags");
            for (String tag : tags) {
                json.writeString(tag);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}

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
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Runs of the versions that know names and heartbeats. */
public final class Runs {

    private static final String ROW = "r";

    /** What a run shows; {@code r} is its table. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("r.flow_id"),
            new Column("run_number", Ids.RUN.formatted(ROW), Column.Kind.ID),
            Column.text("user_name").from("r.user_name"),
            Column.number("ts_epoch").from("r.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"),
            Column.number("last_heartbeat_ts").from("r.last_heartbeat_ts"));

    private static final Answer NOT_TAKEN = Answer.jsonString(404, Runs.waitTime());

    private final EndpointContext parts;
    private final Columns shown;
    private final EarlyHeartbeat earlyHeartbeat;
    private final String table;

    /**
     * Runs of one service.
     *
     * @param shown what those show that are read; {@link #COLUMNS}, or more
     */
    public Runs(EndpointContext parts, Columns shown, EarlyHeartbeat earlyHeartbeat) {
        this.parts = parts;
        this.shown = shown;
        this.earlyHeartbeat = earlyHeartbeat;
        this.table = parts.tables().runs();
    }

    /** What a heartbeat answers: JSON inside a JSON string. */
    static String waitTime() {
        return "{\"wait_time_in_seconds\": " + Heartbeats.INTERVAL_SECONDS + "}";
    }

    /**
     * Answers a heartbeat, which is not written if it comes too early; unknown senders get 404 with the same body.
     *
     * @param sql its one row says whether the sender is known, and whether the heartbeat was written
     */
    static Answer beat(EndpointContext parts, Sql sql, EarlyHeartbeat early) throws SQLException {
        String column = early == EarlyHeartbeat.FINE ? "known" : "written";
        boolean taken =
                parts.database().first(sql, row -> row.getBoolean(column)).orElse(false);
        return taken ? Answer.jsonString(200, waitTime()) : NOT_TAKEN;
    }

    /** The runs of a flow, newest first; empty if there is no such flow. */
    public Answer list(Request request) {
        return parts.list(
                shown,
                Sql.of(
                                "SELECT " + shown.select() + " FROM " + table + " r WHERE r.flow_id = ?",
                                request.path("flow_id"))
                        .and("ORDER BY r.ts_epoch DESC, r.run_number DESC"));
    }

    /** One run. */
    public Answer one(Request request) throws SQLException {
        return parts.object(
                shown,
                Sql.of("SELECT " + shown.select() + " FROM " + table + " r WHERE")
                        .and(Ids.run(request, ROW)));
    }

    /** Starts a run; 404 if there is no such flow, 409 if its name is taken. */
    public Answer create(Request request) throws SQLException {
        JsonNode body = request.jsonObject();
        Labels labels = Labels.of(body);
        Sql sql = Sql.of(
                "INSERT INTO " + table + " AS r"
                        + " (flow_id, run_id, user_name, tags, system_tags, ts_epoch, last_heartbeat_ts)"
                        + " VALUES (?, ?, ?, ?::jsonb, ?::jsonb, ?, ?::bigint) RETURNING " + COLUMNS.select(),
                request.newName("flow_id"),
                Ids.given(body, "run_number").orElse(null),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                parts.millis(),
                Heartbeats.first(parts, body).orElse(null));
        return parts.created(COLUMNS, sql);
    }

    /** A run is alive. */
    public Answer heartbeat(Request request) throws SQLException {
        long now = parts.seconds();
        Sql sql = Sql.of("WITH beat AS (UPDATE " + table + " r SET last_heartbeat_ts = ? WHERE", now)
                .and(Ids.run(request, ROW))
                .and("AND")
                .and(Heartbeats.condition(ROW, now))
                .and("RETURNING 1) SELECT EXISTS (SELECT 1 FROM beat) AS written, EXISTS (SELECT 1 FROM " + table
                        + " r WHERE")
                .and(Ids.run(request, ROW))
                .and(") AS known");
        return beat(parts, sql, earlyHeartbeat);
    }

    /**
     * Changes the tags of a run: removals, then additions. Of two changes at once one is told to retry, with 409.
     */
    public Answer mutateTags(Request request) throws SQLException {
        TagMutation mutation = TagMutation.read(request.jsonObject());
        Sql run = Ids.run(request, ROW);
        try {
            return parts.database().repeatableRead(connection -> {
                Optional<TagMutation.Tags> before = Database.first(
                        connection,
                        Sql.of("SELECT r.tags, r.system_tags FROM " + table + " r WHERE")
                                .and(run),
                        row -> TagMutation.Tags.parse(row.getString(1), row.getString(2)));
                if (before.isEmpty()) {
                    return parts.dialect().notFound();
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

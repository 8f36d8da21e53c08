package metaservice.resources;

import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Endpoints for flows, the same in every version. Thread-safe. */
public final class Flows {

    /** The members of a flow. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext context;
    private final String select;
    private final String insert;

    /** Endpoints of one service. */
    public Flows(EndpointContext context) {
        this.context = context;
        String table = context.tables().flows();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table;
        this.insert = "INSERT INTO " + table + " (flow_id, user_name, tags, system_tags, ts_epoch)"
                + " VALUES (?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** All flows, in no defined order. */
    public Answer list(Request request) {
        return context.list(COLUMNS, Sql.of(select));
    }

    /** One flow. */
    public Outcome one(Request request) {
        return context.object(COLUMNS, Sql.of(select + " WHERE flow_id = ?", request.path("flow_id")));
    }

    /** Registers a flow; 409 if it exists already. */
    public Outcome create(Request request) {
        Labels labels = Labels.of(request);
        Sql sql = Sql.of(
                insert,
                request.newName("flow_id"),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                context.millis());
        return context.created(COLUMNS, sql, request.pathKey());
    }
}

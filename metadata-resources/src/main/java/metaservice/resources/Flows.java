package metaservice.resources;

import java.sql.SQLException;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Flows: the same in every version. */
public final class Flows {

    /** What a flow shows. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext parts;
    private final String select;
    private final String insert;

    /** Flows of one service. */
    public Flows(EndpointContext parts) {
        this.parts = parts;
        String table = parts.tables().flows();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table;
        this.insert = "INSERT INTO " + table + " (flow_id, user_name, tags, system_tags, ts_epoch)"
                + " VALUES (?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** All flows, in no order. */
    public Answer list(Request request) {
        return parts.list(COLUMNS, Sql.of(select));
    }

    /** One flow. */
    public Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select + " WHERE flow_id = ?", request.path("flow_id")));
    }

    /** Registers a flow; 409 if it is there already. */
    public Answer create(Request request) throws SQLException {
        Labels labels = Labels.of(request);
        Sql sql = Sql.of(
                insert,
                request.newName("flow_id"),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                parts.millis());
        return parts.created(COLUMNS, sql);
    }
}

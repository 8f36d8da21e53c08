package metaservice.v1;

import java.sql.SQLException;
import java.util.List;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Labels;
import metaservice.kit.Request;
import metaservice.kit.Shape;
import metaservice.kit.Sql;

/** Runs that have nothing but a number. */
final class NumericRuns {

    private static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** What the document of the API calls them. */
    static final List<Shape> SHAPES =
            List.of(Shape.row("Run", COLUMNS, Labels.FIELDS), Shape.body("NewRun", Labels.FIELDS));

    private final EndpointContext parts;
    private final String select;
    private final String insert;

    NumericRuns(EndpointContext parts) {
        this.parts = parts;
        String table = parts.tables().runs();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table + " WHERE";
        this.insert = "INSERT INTO " + table + " (flow_id, user_name, tags, system_tags, ts_epoch)"
                + " VALUES (?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** The runs of a flow; empty if there is no such flow. */
    Answer list(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and("flow_id = ?", request.path("flow_id")));
    }

    /** One run. */
    Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select).and(NumericIds.run(request)));
    }

    /** Starts a run; 404 if there is no such flow. */
    Answer create(Request request) throws SQLException {
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

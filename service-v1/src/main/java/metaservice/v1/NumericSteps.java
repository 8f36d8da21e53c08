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

/** Steps of numbered runs; they show their own tags. */
final class NumericSteps {

    private static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** What the document of the API calls them. */
    static final List<Shape> SHAPES =
            List.of(Shape.row("Step", COLUMNS, Labels.FIELDS), Shape.body("NewStep", Labels.FIELDS));

    private final EndpointContext parts;
    private final String select;
    private final String insert;

    NumericSteps(EndpointContext parts) {
        this.parts = parts;
        String table = parts.tables().steps();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table + " WHERE";
        this.insert =
                "INSERT INTO " + table + " (flow_id, run_number, step_name, user_name, tags, system_tags, ts_epoch)"
                        + " VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** The steps of a run; empty if there is no such run. */
    Answer list(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.run(request)));
    }

    /** One step. */
    Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select).and(NumericIds.step(request)));
    }

    /** Registers a step; 404 if there is no such run, 409 if the step is there already. */
    Answer create(Request request) throws SQLException {
        Labels labels = Labels.ofStep(request);
        Sql sql = Sql.of(
                insert,
                request.newName("flow_id"),
                NumericIds.required(request, "run_number"),
                request.newName("step_name"),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                parts.millis());
        return parts.created(COLUMNS, sql);
    }
}

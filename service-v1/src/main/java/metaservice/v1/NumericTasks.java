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

/** Numbered tasks; they show their own tags. */
final class NumericTasks {

    private static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("user_name"),
            NumericMetadata.TIME_OF_READ,
            Column.json("tags"),
            Column.json("system_tags"));

    /** What the document of the API calls them. */
    static final List<Shape> SHAPES =
            List.of(Shape.row("Task", COLUMNS, Labels.FIELDS), Shape.body("NewTask", Labels.FIELDS));

    private final EndpointContext parts;
    private final String select;
    private final String insert;

    NumericTasks(EndpointContext parts) {
        this.parts = parts;
        String table = parts.tables().tasks();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table + " WHERE";
        this.insert =
                "INSERT INTO " + table + " (flow_id, run_number, step_name, user_name, tags, system_tags, ts_epoch)"
                        + " VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** The tasks of a step; empty if there is no such step. */
    Answer list(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.step(request)));
    }

    /** One task. */
    Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select).and(NumericIds.task(request)));
    }

    /** Registers a task; 404 if there is no such step. */
    Answer create(Request request) throws SQLException {
        Labels labels = Labels.of(request);
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

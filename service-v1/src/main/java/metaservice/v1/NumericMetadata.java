package metaservice.v1;

import java.sql.SQLException;
import java.util.List;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Metadata;
import metaservice.kit.Request;
import metaservice.kit.Shape;
import metaservice.kit.Sql;
import metaservice.kit.TaskBatch;

/** Metadata of numbered tasks, which need not exist. */
final class NumericMetadata {

    /** 1.0.1 answers with the time of the read, and so does this frozen generation. */
    static final Column TIME_OF_READ =
            Column.number("ts_epoch").from("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

    private static final Columns COLUMNS = Columns.of(
            Column.number("id"),
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("field_name"),
            Column.text("value"),
            Column.text("type"),
            Column.text("user_name"),
            TIME_OF_READ,
            Column.json("tags"),
            Column.json("system_tags"));

    /** What the document of the API calls them. */
    static final List<Shape> SHAPES = List.of(
            Shape.row("Metadata", COLUMNS, Metadata.KIND.fields()), Shape.body("NewMetadata", Metadata.KIND.fields()));

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String select;

    NumericMetadata(EndpointContext parts) {
        this.parts = parts;
        this.batch = new TaskBatch(parts, parts.tables().metadata(), Metadata.KIND, NumericOwner.COLUMNS);
        this.select = "SELECT " + COLUMNS.select() + " FROM " + parts.tables().metadata() + " WHERE";
    }

    /** Everything of a run. */
    Answer ofRun(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.run(request)));
    }

    /** Everything of a task. */
    Answer ofTask(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.task(request)));
    }

    /** Stores metadata of a task. */
    Answer create(Request request) throws SQLException {
        return batch.create(request, NumericOwner.of(request), batch.count(0));
    }
}

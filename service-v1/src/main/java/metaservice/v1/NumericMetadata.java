package metaservice.v1;

import java.sql.SQLException;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.BatchSpec;
import metaservice.resources.TaskBatch;

/** Metadata of numbered tasks, which need not exist. */
final class NumericMetadata {

    static final Columns COLUMNS = Columns.of(
            Column.number("id"),
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("field_name"),
            Column.text("value"),
            Column.text("type"),
            Column.text("user_name"),
            NumericResource.TIME_OF_READ,
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String select;

    NumericMetadata(EndpointContext parts) {
        this.parts = parts;
        this.batch = new TaskBatch(
                parts, parts.tables().metadata(), BatchSpec.METADATA, NumericIds.COLUMNS, V1Provider.LEFT_OUT);
        this.select = "SELECT " + COLUMNS.select() + " FROM " + parts.tables().metadata() + " WHERE";
    }

    /** Everything of a run. */
    Answer ofRun(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.match(request, NumericIds.OF_RUN)));
    }

    /** Everything of a task. */
    Answer ofTask(Request request) {
        return parts.list(COLUMNS, Sql.of(select).and(NumericIds.match(request, NumericIds.OF_TASK)));
    }

    /** Stores metadata of a task. */
    Answer create(Request request) throws SQLException {
        return batch.create(request, NumericIds.owner(request), batch.count(0));
    }
}

package metaservice.v1;

import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.BatchSpec;
import metaservice.resources.TaskBatch;

/** Endpoints for metadata. The task need not exist. Thread-safe. */
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

    private final EndpointContext context;
    private final TaskBatch batch;
    private final String select;

    NumericMetadata(EndpointContext context) {
        this.context = context;
        this.batch = new TaskBatch(
                context, context.tables().metadata(), BatchSpec.METADATA, NumericIds.COLUMNS, V1Provider.REJECTED_ROWS);
        this.select = "SELECT " + COLUMNS.select() + " FROM " + context.tables().metadata() + " WHERE";
    }

    /** All metadata of a run. */
    Answer ofRun(Request request) {
        return context.list(COLUMNS, Sql.of(select).and(NumericIds.match(request, NumericIds.RUN_IDS)));
    }

    /** All metadata of a task. */
    Outcome ofTask(Request request) {
        return context.shortList(COLUMNS, Sql.of(select).and(NumericIds.match(request, NumericIds.TASK_IDS)));
    }

    /** Stores metadata of a task. */
    Outcome create(Request request) {
        return batch.create(request, NumericIds.owner(request), batch.count(0));
    }
}

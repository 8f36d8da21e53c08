package metaservice.v1;

import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Dialect;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.BatchSpec;
import metaservice.resources.TaskBatch;

/** Endpoints for artifacts. The task need not exist. Answers have the artifact's own tags. Thread-safe. */
final class NumericArtifacts {

    static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("name"),
            Column.text("location"),
            Column.text("ds_type"),
            Column.text("sha"),
            Column.text("type"),
            Column.text("content_type"),
            Column.text("user_name"),
            Column.number("attempt_id"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext context;
    /** An empty list of artifacts is an array; the other empty lists of 1.x are objects. */
    private static final Dialect.EmptyList WHEN_EMPTY = Dialect.EmptyList.ARRAY;

    private final TaskBatch batch;
    private final String table;

    NumericArtifacts(EndpointContext context) {
        this.context = context;
        this.table = context.tables().artifacts();
        this.batch = new TaskBatch(context, table, BatchSpec.ARTIFACTS, NumericIds.COLUMNS, V1Provider.REJECTED_ROWS);
    }

    /** The artifacts of a run with the highest attempt number among all its tasks. */
    Answer ofRun(Request request) {
        return context.list(COLUMNS, latest(NumericIds.match(request, NumericIds.RUN_IDS)), WHEN_EMPTY);
    }

    /** The artifacts of a step with the highest attempt number among all its tasks. */
    Answer ofStep(Request request) {
        return context.list(COLUMNS, latest(NumericIds.match(request, NumericIds.STEP_IDS)), WHEN_EMPTY);
    }

    /** The artifacts of a task's latest attempt. */
    Outcome ofTask(Request request) {
        return context.shortList(COLUMNS, latest(NumericIds.match(request, NumericIds.TASK_IDS)), WHEN_EMPTY);
    }

    private Sql latest(Sql rows) {
        return Sql.of("SELECT " + COLUMNS.select() + " FROM (SELECT *, max(attempt_id) OVER () AS latest FROM " + table
                        + " WHERE")
                .and(rows)
                .and(") artifact WHERE attempt_id = latest");
    }

    /** One artifact of the latest attempt that has it. */
    Outcome one(Request request) {
        Sql sql = Sql.of("SELECT " + COLUMNS.select() + " FROM " + table + " WHERE")
                .and(NumericIds.match(request, NumericIds.TASK_IDS))
                .and("AND name = ? ORDER BY attempt_id DESC LIMIT 1", request.path("artifact_name"));
        return context.object(COLUMNS, sql);
    }

    /** Stores artifacts of a task. An artifact that exists already is not changed. */
    Outcome create(Request request) {
        return batch.create(request, NumericIds.owner(request), batch.count(0));
    }
}

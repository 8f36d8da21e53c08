package metaservice.v1;

import java.sql.SQLException;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Dialect;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.BatchSpec;
import metaservice.resources.TaskBatch;

/** Artifacts of numbered tasks, which need not exist; they show their own tags. */
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

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String table;

    NumericArtifacts(EndpointContext parts) {
        this.parts = parts;
        this.table = parts.tables().artifacts();
        this.batch = new TaskBatch(parts, table, BatchSpec.ARTIFACTS, NumericIds.COLUMNS, V1Provider.LEFT_OUT);
    }

    /** The latest attempt that any task of a run made. */
    Answer ofRun(Request request) {
        return latest(NumericIds.match(request, NumericIds.OF_RUN));
    }

    /** The latest attempt that any task of a step made. */
    Answer ofStep(Request request) {
        return latest(NumericIds.match(request, NumericIds.OF_STEP));
    }

    /** The latest attempt of a task. */
    Answer ofTask(Request request) {
        return latest(NumericIds.match(request, NumericIds.OF_TASK));
    }

    /** An empty list of artifacts is an array, unlike all others. */
    private Answer latest(Sql rows) {
        Sql sql = Sql.of("SELECT " + COLUMNS.select() + " FROM (SELECT *, max(attempt_id) OVER () AS latest FROM "
                        + table + " WHERE")
                .and(rows)
                .and(") artifact WHERE attempt_id = latest");
        return parts.list(COLUMNS, sql, Dialect.EmptyList.ARRAY);
    }

    /** One artifact, of its own latest attempt. */
    Answer one(Request request) throws SQLException {
        Sql sql = Sql.of("SELECT " + COLUMNS.select() + " FROM " + table + " WHERE")
                .and(NumericIds.match(request, NumericIds.OF_TASK))
                .and("AND name = ? ORDER BY attempt_id DESC LIMIT 1", request.path("artifact_name"));
        return parts.object(COLUMNS, sql);
    }

    /** Stores artifacts of a task; one that is there already stays as it is. */
    Answer create(Request request) throws SQLException {
        return batch.create(request, NumericIds.owner(request), batch.count(0));
    }
}

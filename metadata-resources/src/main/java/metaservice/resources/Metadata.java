package metaservice.resources;

import java.sql.SQLException;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Metadata of the versions that know names. It shows its own tags. */
public final class Metadata {

    /** What a piece of metadata shows; {@code m} is its table. */
    public static final Columns COLUMNS = Columns.of(
            Column.number("id").from("m.id"),
            Column.text("flow_id").from("m.flow_id"),
            new Column("run_number", Ids.RUN.formatted("m"), Column.Kind.ID),
            Column.text("step_name").from("m.step_name"),
            new Column("task_id", Ids.TASK.formatted("m"), Column.Kind.ID),
            Column.text("field_name").from("m.field_name"),
            Column.text("value").from("m.value"),
            Column.text("type").from("m.type"),
            Column.text("user_name").from("m.user_name"),
            Column.number("ts_epoch").from("m.ts_epoch"),
            Column.json("tags").from("m.tags"),
            Column.json("system_tags").from("m.system_tags"));

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String select;

    /**
     * Metadata of one service.
     *
     * @param spec what clients store
     */
    public Metadata(EndpointContext parts, BatchSpec spec, LeftOut leftOut) {
        this.parts = parts;
        this.batch = new TaskBatch(parts, parts.tables().metadata(), spec, Ids.TASK_COLUMNS, leftOut);
        this.select = "SELECT " + COLUMNS.select() + " FROM " + parts.tables().metadata() + " m WHERE";
    }

    /** Everything of a run, newest first. */
    public Answer ofRun(Request request) {
        return list(Ids.run(request, "m"));
    }

    /** Everything of a task, newest first. */
    public Answer ofTask(Request request) {
        return list(Ids.task(request, "m"));
    }

    private Answer list(Sql rows) {
        return parts.list(COLUMNS, Sql.of(select).and(rows).and("ORDER BY m.id DESC"));
    }

    /** Stores metadata of a task; the same field may be stored again and again. */
    public Answer create(Request request) throws SQLException {
        return batch.create(request, Ids.selectTask(parts, request), Ids.UNKNOWN_TASK);
    }
}

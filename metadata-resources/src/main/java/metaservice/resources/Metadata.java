package metaservice.resources;

import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Endpoints for metadata in versions with names. Answers have the metadata's own tags. Thread-safe. */
public final class Metadata {

    /** The members of a metadata row; {@code m} is its table. */
    public static final Columns COLUMNS = Columns.of(
            Column.number("id").from("m.id"),
            Column.text("flow_id").from("m.flow_id"),
            new Column("run_number", Ids.RUN_ID.formatted("m"), Column.Kind.ID),
            Column.text("step_name").from("m.step_name"),
            new Column("task_id", Ids.TASK_ID.formatted("m"), Column.Kind.ID),
            Column.text("field_name").from("m.field_name"),
            Column.text("value").from("m.value"),
            Column.text("type").from("m.type"),
            Column.text("user_name").from("m.user_name"),
            Column.number("ts_epoch").from("m.ts_epoch"),
            Column.json("tags").from("m.tags"),
            Column.json("system_tags").from("m.system_tags"));

    private final EndpointContext context;
    private final TaskBatch batch;
    private final String select;

    /**
     * Endpoints of one service.
     *
     * @param spec the fields that clients store
     * @param rejectedRows whether answers list the rows that are not stored
     */
    public Metadata(EndpointContext context, BatchSpec spec, RejectedRows rejectedRows) {
        this.context = context;
        this.batch = new TaskBatch(context, context.tables().metadata(), spec, Ids.TASK_COLUMNS, rejectedRows);
        this.select = "SELECT " + COLUMNS.select() + " FROM " + context.tables().metadata() + " m WHERE";
    }

    /** All metadata of a run, newest first. */
    public Answer ofRun(Request request) {
        return context.list(COLUMNS, list(Ids.run(request, "m")));
    }

    /** All metadata of a task, newest first. */
    public Outcome ofTask(Request request) {
        return context.shortList(COLUMNS, list(Ids.task(request, "m")));
    }

    private Sql list(Sql rows) {
        return Sql.of(select).and(rows).and("ORDER BY m.id DESC");
    }

    /** Stores metadata of a task. A field may be stored more than once. */
    public Outcome create(Request request) {
        return batch.create(request, Ids.selectTask(context, request), Ids.UNKNOWN_TASK);
    }
}

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

    /**
     * Endpoints of one service.
     *
     * @param spec the fields that clients store
     * @param rejectedRows whether answers list the rows that are not stored
     */
    public Metadata(EndpointContext context, BatchSpec spec, RejectedRows rejectedRows) {
        this.context = context;
        this.batch = new TaskBatch(context, context.tables().metadata(), spec, Ids.TASK_COLUMNS, rejectedRows);
    }

    /** All metadata of a run, newest first. */
    public Answer ofRun(Request request) {
        return context.list(COLUMNS, list(fromRun(context, request)));
    }

    /** All metadata of a task, newest first. */
    public Outcome ofTask(Request request) {
        return context.shortList(COLUMNS, list(fromTask(context, request)));
    }

    private static Sql list(Sql rows) {
        return Sql.of("SELECT " + COLUMNS.select()).and(rows).and("ORDER BY m.id DESC");
    }

    /** {@code FROM …} and {@code WHERE …} of the metadata of the run in the path, as {@code m}. */
    public static Sql fromRun(EndpointContext context, Request request) {
        return Sql.of("FROM " + context.tables().metadata() + " m WHERE").and(Ids.run(request, "m"));
    }

    /**
     * {@code FROM …} and {@code WHERE …} of the metadata of the task in the path, as {@code m}. The order of the subquery is
     * that of the index on the task. The planner expects one row of any index on the run, and would prefer a smaller one, with
     * which it reads the metadata of all tasks of the run.
     */
    public static Sql fromTask(EndpointContext context, Request request) {
        return Sql.of("FROM (SELECT t.* FROM " + context.tables().metadata() + " t WHERE")
                .and(Ids.task(request, "t"))
                .and("ORDER BY t.field_name OFFSET 0) m WHERE true");
    }

    /** Stores metadata of a task. A field may be stored more than once. */
    public Outcome create(Request request) {
        return batch.create(request, Ids.selectTask(context, request), Ids.UNKNOWN_TASK);
    }
}

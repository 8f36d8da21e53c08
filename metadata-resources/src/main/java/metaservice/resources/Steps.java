package metaservice.resources;

import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.spi.Tables;

/** Endpoints for steps in versions with names. Answers have the tags of the run and not the step's own. Thread-safe. */
public final class Steps {

    /** The members of a step; {@code s} is the step's table, {@code r} its run's. */
    public static final Columns COLUMNS = Columns.of(
            Column.text("flow_id").from("s.flow_id"),
            // A string also for a number, as in the reference.
            Column.text("run_number").from(Ids.RUN_ID.formatted("s")),
            Column.text("step_name").from("s.step_name"),
            Column.text("user_name").from("s.user_name"),
            Column.number("ts_epoch").from("s.ts_epoch"),
            Column.json("tags").from("r.tags"),
            Column.json("system_tags").from("r.system_tags"));

    private final EndpointContext context;
    private final String select;
    private final String insert;

    /** Endpoints of one service. */
    public Steps(EndpointContext context) {
        this.context = context;
        Tables tables = context.tables();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + tables.steps() + " s LEFT JOIN " + tables.runs()
                + " r ON r.flow_id = s.flow_id AND r.run_number = s.run_number WHERE";
        this.insert = "INSERT INTO " + tables.steps()
                + " (flow_id, run_number, run_id, step_name, user_name, tags, system_tags, ts_epoch)"
                + " SELECT r.flow_id, r.run_number, " + Ids.RUN_ID.formatted("r")
                + ", ?, ?, ?::jsonb, ?::jsonb, ?::bigint FROM r RETURNING *";
    }

    /** The steps of a run, newest first; empty if there is no such run. */
    public Outcome list(Request request) {
        return context.shortList(
                COLUMNS, Sql.of(select).and(Ids.run(request, "s")).and("ORDER BY s.ts_epoch DESC, s.step_name"));
    }

    /** One step. */
    public Outcome one(Request request) {
        return context.object(COLUMNS, Sql.of(select).and(Ids.step(request, "s")));
    }

    /** Registers a step; 404 if there is no such run, 409 if the step exists already. */
    public Outcome create(Request request) {
        Labels labels = Labels.ofStep(request);
        Sql sql = Ids.withRun(context, request)
                .and(
                        ", s AS (" + insert + ")",
                        request.newName("step_name"),
                        labels.userName(),
                        labels.tags(),
                        labels.systemTags(),
                        context.millis())
                .and("SELECT " + COLUMNS.select() + " FROM s, r");
        return context.created(COLUMNS, sql, request.pathKey(), Ids.unknownRun(request));
    }
}

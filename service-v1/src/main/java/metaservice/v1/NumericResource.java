package metaservice.v1;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Labels;

/** Endpoints for runs, steps or tasks, which clients register one at a time. Answers have their own tags. Thread-safe. */
final class NumericResource {

    /** The time of the read in milliseconds, because 1.0.1 answers this instead of the stored time. */
    static final Column TIME_OF_READ =
            Column.number("ts_epoch").from("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

    /** The members of a run. */
    static final Columns RUN_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** The members of a step. */
    static final Columns STEP_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** The members of a task. */
    static final Columns TASK_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("user_name"),
            TIME_OF_READ,
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext context;
    private final Columns columns;
    private final int idCount;
    private final List<String> clientIds;
    private final Function<Request, Labels> labels;
    private final String select;
    private final String insert;

    /**
     * Endpoints for one table.
     *
     * @param idCount number of ids that identify a row
     * @param clientIdCount number of these ids that are in the path when a row is created; the database generates the rest
     * @param labels reads the other members of a new row from the body
     */
    private NumericResource(
            EndpointContext context,
            String table,
            Columns columns,
            int idCount,
            int clientIdCount,
            Function<Request, Labels> labels) {
        this.context = context;
        this.columns = columns;
        this.idCount = idCount;
        this.clientIds = NumericIds.COLUMNS.subList(0, clientIdCount);
        this.labels = labels;
        this.select = "SELECT " + columns.select() + " FROM " + table + " WHERE";
        this.insert = "INSERT INTO " + table + " (" + String.join(", ", this.clientIds)
                + ", user_name, tags, system_tags, ts_epoch) VALUES ("
                + String.join(", ", Collections.nCopies(clientIdCount, "?")) + ", ?, ?::jsonb, ?::jsonb, ?) RETURNING "
                + columns.select();
    }

    /** Endpoints for runs. The database generates their number. */
    static NumericResource runs(EndpointContext context) {
        String table = context.tables().runs();
        return new NumericResource(context, table, RUN_COLUMNS, NumericIds.RUN_IDS, NumericIds.RUN_IDS - 1, Labels::of);
    }

    /** Endpoints for steps. The client gives their name. */
    static NumericResource steps(EndpointContext context) {
        String table = context.tables().steps();
        return new NumericResource(
                context, table, STEP_COLUMNS, NumericIds.STEP_IDS, NumericIds.STEP_IDS, Labels::ofStep);
    }

    /** Endpoints for tasks. The database generates their number. */
    static NumericResource tasks(EndpointContext context) {
        String table = context.tables().tasks();
        return new NumericResource(
                context, table, TASK_COLUMNS, NumericIds.TASK_IDS, NumericIds.TASK_IDS - 1, Labels::of);
    }

    /** The objects of the flow, run or step in the path; empty if that does not exist. */
    Answer list(Request request) {
        return context.list(columns, Sql.of(select).and(NumericIds.match(request, idCount - 1)));
    }

    /** One object. */
    Outcome one(Request request) {
        return context.object(columns, Sql.of(select).and(NumericIds.match(request, idCount)));
    }

    /** Registers an object; 404 if its flow, run or step does not exist, 409 if the object exists already. */
    Outcome create(Request request) {
        Labels members = labels.apply(request);
        List<Object> values = new ArrayList<>();
        clientIds.forEach(column -> values.add(NumericIds.newValue(request, column)));
        Collections.addAll(values, members.userName(), members.tags(), members.systemTags(), context.millis());
        return context.created(columns, new Sql(insert, values), request.pathKey());
    }
}

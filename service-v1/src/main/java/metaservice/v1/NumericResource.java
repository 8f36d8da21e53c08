package metaservice.v1;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Labels;

/** What clients register one by one: runs, steps and tasks. They show their own tags. */
final class NumericResource {

    /** 1.0.1 answers with the time of the read, and so does this frozen version. */
    static final Column TIME_OF_READ =
            Column.number("ts_epoch").from("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

    /** What a run shows. */
    static final Columns RUN_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** What a step shows. */
    static final Columns STEP_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** What a task shows. */
    static final Columns TASK_COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("step_name"),
            Column.number("task_id"),
            Column.text("user_name"),
            TIME_OF_READ,
            Column.json("tags"),
            Column.json("system_tags"));

    private final EndpointContext parts;
    private final Columns columns;
    private final int ids;
    private final List<String> given;
    private final Function<Request, Labels> labels;
    private final String select;
    private final String insert;

    /**
     * One table.
     *
     * @param ids how many ids of the path tell one of its rows
     * @param given how many of them the path of a new one has; the database gives it the others
     * @param labels reads the rest of a new one
     */
    private NumericResource(
            EndpointContext parts,
            String table,
            Columns columns,
            int ids,
            int given,
            Function<Request, Labels> labels) {
        this.parts = parts;
        this.columns = columns;
        this.ids = ids;
        this.given = NumericIds.COLUMNS.subList(0, given);
        this.labels = labels;
        this.select = "SELECT " + columns.select() + " FROM " + table + " WHERE";
        this.insert = "INSERT INTO " + table + " (" + String.join(", ", this.given)
                + ", user_name, tags, system_tags, ts_epoch) VALUES ("
                + String.join(", ", Collections.nCopies(given, "?")) + ", ?, ?::jsonb, ?::jsonb, ?) RETURNING "
                + columns.select();
    }

    /** Runs, which get their number from the database. */
    static NumericResource runs(EndpointContext parts) {
        String table = parts.tables().runs();
        return new NumericResource(parts, table, RUN_COLUMNS, NumericIds.OF_RUN, NumericIds.OF_RUN - 1, Labels::of);
    }

    /** Steps, which have a name. */
    static NumericResource steps(EndpointContext parts) {
        String table = parts.tables().steps();
        return new NumericResource(parts, table, STEP_COLUMNS, NumericIds.OF_STEP, NumericIds.OF_STEP, Labels::ofStep);
    }

    /** Tasks, which get their number from the database. */
    static NumericResource tasks(EndpointContext parts) {
        String table = parts.tables().tasks();
        return new NumericResource(parts, table, TASK_COLUMNS, NumericIds.OF_TASK, NumericIds.OF_TASK - 1, Labels::of);
    }

    /** Those of the flow, run or step in the path; empty if there is no such thing. */
    Answer list(Request request) {
        return parts.list(columns, Sql.of(select).and(NumericIds.match(request, ids - 1)));
    }

    /** One of them. */
    Answer one(Request request) throws SQLException {
        return parts.object(columns, Sql.of(select).and(NumericIds.match(request, ids)));
    }

    /** Registers one; 404 if the flow, run or step to which it belongs is not there, 409 if it is there already. */
    Answer create(Request request) throws SQLException {
        Labels read = labels.apply(request);
        List<Object> values = new ArrayList<>();
        given.forEach(column -> values.add(NumericIds.stored(request, column)));
        Collections.addAll(values, read.userName(), read.tags(), read.systemTags(), parts.millis());
        return parts.created(columns, new Sql(insert, values));
    }
}

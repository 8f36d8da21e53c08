package metaservice.v1;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.regex.Pattern;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Labels;
import metaservice.kit.Parts;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Runs that have nothing but a number. */
final class NumericRuns {

    private static final Columns COLUMNS = Columns.of(
            Column.text("flow_id"),
            Column.number("run_number"),
            Column.text("user_name"),
            Column.number("ts_epoch"),
            Column.json("tags"),
            Column.json("system_tags"));

    /** 1.0.1 put the number into its SQL as it came, so anything that PostgreSQL reads as a number finds the run. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?");

    private final Parts parts;
    private final String select;
    private final String insert;

    NumericRuns(Parts parts) {
        this.parts = parts;
        String table = parts.tables().runs();
        this.select = "SELECT " + COLUMNS.select() + " FROM " + table + " WHERE flow_id = ?";
        this.insert = "INSERT INTO " + table + " (flow_id, user_name, tags, system_tags, ts_epoch)"
                + " VALUES (?, ?, ?::jsonb, ?::jsonb, ?) RETURNING " + COLUMNS.select();
    }

    /** The runs of a flow; empty if there is no such flow. */
    Answer list(Request request) {
        return parts.list(COLUMNS, Sql.of(select, request.path("flow_id")));
    }

    /** One run. */
    Answer one(Request request) throws SQLException {
        return parts.object(COLUMNS, Sql.of(select + " AND run_number = ?", request.path("flow_id"), number(request)));
    }

    /** Starts a run; 404 if there is no such flow. */
    Answer create(Request request) throws SQLException {
        Labels labels = Labels.of(request);
        Sql sql = Sql.of(
                insert,
                request.newName("flow_id"),
                labels.userName(),
                labels.tags(),
                labels.systemTags(),
                parts.millis());
        return parts.object(COLUMNS, sql);
    }

    private static BigDecimal number(Request request) {
        String text = request.path("run_number");
        if (!NUMBER.matcher(text).matches()) {
            throw ClientError.badRequest("run_number " + text + ": expected a number");
        }
        return new BigDecimal(text);
    }
}

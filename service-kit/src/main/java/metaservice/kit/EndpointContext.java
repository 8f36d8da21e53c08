package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import metaservice.spi.Tables;

/**
 * What all endpoints of a service share.
 *
 * @param database the pool
 * @param tables what the tables are called
 * @param dialect how answers without an object look
 * @param clock tells what becomes {@code ts_epoch} and heartbeats
 */
public record EndpointContext(Database database, Tables tables, Dialect dialect, Clock clock) {

    /** For a table of routes that is only looked at: every endpoint that needs the database fails. */
    public static EndpointContext unconnected(Dialect dialect) {
        return new EndpointContext(Database.unconnected(), Tables.DEFAULT, dialect, Clock.systemUTC());
    }

    /** The same on a database that only {@link Database#describing describes} statements that may change rows. */
    EndpointContext describing() {
        return new EndpointContext(database.describing(), tables, dialect, clock);
    }

    /** Milliseconds since the epoch, as {@code ts_epoch} counts. */
    public long millis() {
        return clock.millis();
    }

    /** Seconds since the epoch, as heartbeats count. */
    public long seconds() {
        return clock.millis() / 1000;
    }

    /** Reads and answers the first row as an object, or that there is none. One round trip. */
    public Answer object(Columns columns, Sql sql) throws SQLException {
        return object(columns, database.read(sql, columns::read), dialect.notFound());
    }

    /** Runs a statement that creates something and answers what became of it, or that there is none. One round trip. */
    public Answer created(Columns columns, Sql sql) throws SQLException {
        return created(columns, sql, dialect.notFound());
    }

    /** The same, with another answer if there is no row. */
    public Answer created(Columns columns, Sql sql, Answer otherwise) throws SQLException {
        return object(columns, database.first(sql, columns::read), otherwise);
    }

    private static Answer object(Columns columns, Optional<String[]> row, Answer otherwise) {
        return row.map(texts -> Answer.json(200, json -> columns.write(texts, json)))
                .orElse(otherwise);
    }

    /** Answers all rows of the statement as an array of objects; they are read and written one by one. */
    public Answer list(Columns columns, Sql sql) {
        return list(columns, sql, dialect.emptyList());
    }

    /** The same, with another shape for the empty list. */
    public Answer list(Columns columns, Sql sql, Dialect.EmptyList whenEmpty) {
        return Answer.json(200, json -> {
            database.forEach(sql, row -> {
                startArrayOnce(json);
                String[] texts = columns.read(row);
                columns.write(texts, json);
                return Columns.length(texts);
            });
            if (!json.getOutputContext().inRoot()) {
                json.writeEndArray();
            } else if (whenEmpty == Dialect.EmptyList.OBJECT) {
                json.writeStartObject();
                json.writeEndObject();
            } else {
                json.writeStartArray();
                json.writeEndArray();
            }
        });
    }

    private static void startArrayOnce(JsonGenerator json) throws IOException {
        if (json.getOutputContext().inRoot()) {
            json.writeStartArray();
        }
    }
}

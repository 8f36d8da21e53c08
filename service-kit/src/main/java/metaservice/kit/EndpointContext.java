package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
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

    /** SQLSTATE of a statement that took too long. */
    private static final String QUERY_CANCELED = "57014";

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
        BoundedRows rows = new BoundedRows(columns, 0);
        Optional<Answer> answer = database.read(
                rows.withoutTooLong(sql),
                row -> rows.isTooLong(row) ? longObject(rows, sql) : object(columns, rows.texts(row)));
        return answer.orElse(dialect.notFound());
    }

    private Answer longObject(BoundedRows rows, Sql sql) {
        return Answer.whileReading(
                database.lists().permits(),
                json -> database.lists().read(rows.inPieces(sql), cursor -> {
                    if (!cursor.next()) {
                        throw new SQLTransientException("a row that was there a moment ago is gone", "40001");
                    }
                    Row.read(rows, cursor).write(json);
                }));
    }

    /** Runs a statement that creates something and answers what became of it, or that there is none. One round trip. */
    public Answer created(Columns columns, Sql sql) throws SQLException {
        return created(columns, sql, dialect.notFound());
    }

    /** The same, with another answer if there is no row. */
    public Answer created(Columns columns, Sql sql, Answer otherwise) throws SQLException {
        return database.first(sql, row -> object(columns, columns.read(row))).orElse(otherwise);
    }

    private static Answer object(Columns columns, String[] texts) {
        return Answer.json(200, json -> columns.write(texts, json));
    }

    /** Answers all rows of the statement as an array of objects; they are read and written one by one. */
    public Answer list(Columns columns, Sql sql) {
        return list(columns, sql, dialect.emptyList());
    }

    /** The same, with another shape for the empty list. */
    public Answer list(Columns columns, Sql sql, Dialect.EmptyList whenEmpty) {
        BoundedRows rows = new BoundedRows(columns, 0);
        return Answer.whileReading(database.lists().permits(), json -> {
            database.lists().read(rows.inPieces(sql), cursor -> {
                while (cursor.next()) {
                    startArrayOnce(json);
                    Row.read(rows, cursor).write(json);
                }
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

    /** Answers the first column of all rows, which must be short, as an array of strings. */
    public Answer strings(Sql sql) {
        return Answer.whileReading(
                database.lists().permits(), json -> database.lists().read(sql, cursor -> writeStrings(cursor, json)));
    }

    /**
     * The same for a statement that a client can make as slow as it likes.
     *
     * @param longest how much work it may be at most
     * @param tooSlow what the client is told if it is more
     */
    public Answer stringsWithin(Duration longest, Sql sql, Function<SQLException, ClientError> tooSlow) {
        return Answer.json(200, json -> {
            try {
                database.lists().readWithin(longest, sql, cursor -> writeStrings(cursor, json));
            } catch (SQLException e) {
                if (QUERY_CANCELED.equals(e.getSQLState())) {
                    throw tooSlow.apply(e);
                }
                throw e;
            }
        });
    }

    private static void writeStrings(RowCursor cursor, JsonGenerator json) throws IOException, SQLException {
        json.writeStartArray();
        while (cursor.next()) {
            json.writeString(cursor.row().getString(1));
        }
        json.writeEndArray();
    }

    /**
     * Reads a page into memory; the connection is free again before the page is sent.
     *
     * @param columns what the statement selects first
     * @param more how many short columns it selects behind them
     * @param sql asks for one row more than the page has
     * @param limit how many rows the page has at most
     * @param isSlow whether a client can make the statement slow
     */
    public PageRows page(Columns columns, int more, Sql sql, int limit, boolean isSlow) throws Exception {
        BoundedRows rows = new BoundedRows(columns, more);
        PageReader page = new PageReader(rows, limit);
        if (isSlow) {
            database.lists().readSlow(rows.inPieces(sql), page::read);
        } else {
            database.lists().read(rows.inPieces(sql), page::read);
        }
        return page.page();
    }
}

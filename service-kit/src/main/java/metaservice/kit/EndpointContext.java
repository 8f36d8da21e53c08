package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import metaservice.spi.Tables;

/**
 * What all endpoints of a service share, and the answers that they have in common. Thread-safe.
 *
 * @param database the connection pools
 * @param tables the names of the tables
 * @param dialect how answers differ between API generations
 * @param clock source of {@code ts_epoch} and heartbeats
 */
public record EndpointContext(Database database, Tables tables, Dialect dialect, Clock clock) {

    /** Most bytes of JSON for one byte of a text. */
    private static final int LONGEST_ESCAPE = 6;

    /** A context without a database, for reading the table of routes. Every endpoint that uses the database fails. */
    public static EndpointContext unconnected(Dialect dialect) {
        return new EndpointContext(Database.unconnected(), Tables.DEFAULT, dialect, Clock.systemUTC());
    }

    /** A context that prepares writes without running them, see {@link Database#dryRun()}. */
    EndpointContext dryRun() {
        return new EndpointContext(database.dryRun(), tables, dialect, clock);
    }

    /** The current time in milliseconds since the epoch, the unit of {@code ts_epoch}. */
    public long millis() {
        return clock.millis();
    }

    /** The current time in seconds since the epoch, the unit of heartbeats. */
    public long seconds() {
        return clock.millis() / 1000;
    }

    /**
     * Reads the first row and answers it as an object, or with the dialect's answer for an object that does not exist. One
     * round trip; two if the texts of the row have more than a million bytes together.
     */
    public DatabaseAnswer object(Columns columns, Sql sql) {
        BoundedRows rows = columns.bounded();
        return DatabaseAnswer.ofQuery(
                database,
                rows.withoutTooLong(sql),
                1,
                result -> result.first()
                        .map(row -> rows.isTooLong(row) ? longObject(rows, sql) : object(columns, row))
                        .orElse(dialect.notFound()));
    }

    private Answer longObject(BoundedRows rows, Sql sql) {
        return Answer.whileReading(
                database.lists().permits(),
                json -> database.lists().read(rows.inPieces(sql), cursor -> {
                    if (!cursor.next()) {
                        throw new SQLTransientException("a long row was deleted between its two reads", "40001");
                    }
                    Row.read(rows, cursor).write(json);
                }));
    }

    /**
     * Runs a statement that creates an object and answers its first row as an object, or with the dialect's answer for an
     * object that does not exist. One round trip.
     *
     * @param key identifies the object that the new one belongs to, see {@link DatabaseAnswer}
     */
    public DatabaseAnswer created(Columns columns, Sql sql, String key) {
        return created(columns, sql, key, dialect.notFound());
    }

    /**
     * Runs a statement that creates an object and answers its first row as an object. One round trip.
     *
     * @param key identifies the object that the new one belongs to, see {@link DatabaseAnswer}
     * @param otherwise the answer if the statement returns no row
     */
    public DatabaseAnswer created(Columns columns, Sql sql, String key, Answer otherwise) {
        return changed(DatabaseAnswer.Kind.CREATE, sql, key, row -> object(columns, row), otherwise);
    }

    /**
     * Runs a statement that changes rows, and answers its first row. One round trip.
     *
     * @param key identifies the object that is changed, see {@link DatabaseAnswer}
     * @param otherwise the answer if the statement returns no row
     */
    public DatabaseAnswer changed(Sql sql, String key, Function<Values, Answer> reader, Answer otherwise) {
        return changed(DatabaseAnswer.Kind.WRITE, sql, key, reader, otherwise);
    }

    private DatabaseAnswer changed(
            DatabaseAnswer.Kind kind, Sql sql, String key, Function<Values, Answer> reader, Answer otherwise) {
        return DatabaseAnswer.ofChange(
                database, kind, sql, key, result -> result.first().map(reader).orElse(otherwise));
    }

    private static Answer object(Columns columns, Values row) {
        Answer.Body body = json -> columns.write(row, json);
        long longest = row.length() * LONGEST_ESCAPE + columns.namesLength();
        return longest > ResponseWriter.BUFFER_BYTES ? Answer.json(200, body) : Answer.shortJson(200, body);
    }

    /** Answers all rows of the statement as an array of objects. Rows are read and written one by one. */
    public Answer list(Columns columns, Sql sql) {
        return list(columns, sql, dialect.emptyList());
    }

    /**
     * Answers all rows of the statement as an array of objects. Rows are read and written one by one.
     *
     * @param whenEmpty what an empty list looks like
     */
    public Answer list(Columns columns, Sql sql, Dialect.EmptyList whenEmpty) {
        BoundedRows rows = columns.bounded();
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

    /**
     * The same for a list that seldom has more than a few hundred rows, such as those of one task. It is read like a single
     * object, without a thread that waits for it. If it is long, or has long rows, it is read again in portions.
     */
    public Outcome shortList(Columns columns, Sql sql) {
        return shortList(columns, sql, dialect.emptyList());
    }

    /**
     * The same.
     *
     * @param whenEmpty what an empty list looks like
     */
    public Outcome shortList(Columns columns, Sql sql, Dialect.EmptyList whenEmpty) {
        BoundedRows rows = columns.bounded();
        if (database.lists().isProbablyLong(rows.inPieces(sql))) {
            return list(columns, sql, whenEmpty);
        }
        return DatabaseAnswer.ofQuery(database, rows.withoutPieces(sql), ListReader.FETCH_SIZE + 1, result -> {
            if (result.size() > ListReader.FETCH_SIZE) {
                database.lists().wasLong(rows.inPieces(sql));
                return list(columns, sql, whenEmpty);
            }
            return rows.hasTooLong(result) ? list(columns, sql, whenEmpty) : whole(columns, result, whenEmpty);
        });
    }

    private static Answer whole(Columns columns, Result result, Dialect.EmptyList whenEmpty) {
        if (result.size() == 0 && whenEmpty == Dialect.EmptyList.OBJECT) {
            return Answer.emptyObject(200);
        }
        Answer.Body body = json -> {
            json.writeStartArray();
            for (int i = 0; i < result.size(); i++) {
                columns.write(result.row(i), json);
            }
            json.writeEndArray();
        };
        long longest = result.length() * LONGEST_ESCAPE + (long) result.size() * columns.namesLength();
        return longest > ResponseWriter.BUFFER_BYTES ? Answer.json(200, body) : Answer.shortJson(200, body);
    }

    private static void startArrayOnce(JsonGenerator json) throws IOException {
        if (json.getOutputContext().inRoot()) {
            json.writeStartArray();
        }
    }

    /** Answers the first column of all rows as an array of strings. The strings must be short. */
    public Answer strings(Sql sql) {
        return Answer.whileReading(
                database.lists().permits(), json -> database.lists().read(sql, cursor -> writeStrings(cursor, json)));
    }

    /**
     * Answers the first column of all rows as an array of strings, for a statement whose run time depends on the client's
     * input.
     *
     * @param timeout longest run time of the statement
     * @param onTimeout makes the error that the client gets when the statement exceeds the timeout
     */
    public Answer stringsWithin(Duration timeout, Sql sql, Function<SQLException, ClientError> onTimeout) {
        return Answer.json(200, json -> {
            try {
                database.lists().readWithin(timeout, sql, cursor -> writeStrings(cursor, json));
            } catch (SQLException e) {
                if (RowCursor.QUERY_CANCELED.equals(e.getSQLState())) {
                    throw onTimeout.apply(e);
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
     * Reads a page into memory. The connection is returned to the pool before the page is sent.
     *
     * @param columns the first columns that the statement selects
     * @param more number of short columns that the statement selects after them
     * @param sql selects up to one row more than {@code limit}
     * @param limit most rows of the page
     * @param isSlow whether the run time depends on the client's input; the statement then needs a permit
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

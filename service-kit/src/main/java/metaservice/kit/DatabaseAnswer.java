package metaservice.kit;

import java.sql.SQLException;

/**
 * An answer that the rows of one statement determine. {@link StatementQueue} runs it without a thread that waits for it,
 * together with others; {@link #get} runs it alone. Immutable.
 */
public final class DatabaseAnswer implements Outcome {

    private final Database database;
    private final Kind kind;
    private final Sql sql;
    private final String key;
    private final int maxRows;
    private final Result.Reader<Answer> reader;
    private final Recovery recovery;

    private DatabaseAnswer(
            Database database,
            Kind kind,
            Sql sql,
            String key,
            int maxRows,
            Result.Reader<Answer> reader,
            Recovery recovery) {
        this.database = database;
        this.kind = kind;
        this.sql = sql;
        this.key = key;
        this.maxRows = maxRows;
        this.reader = reader;
        this.recovery = recovery;
    }

    /** What the statement does. */
    enum Kind {
        /** Reads, on the pool for reads. It can be repeated. */
        READ,
        /** Creates a row, whose number a sequence may generate. */
        CREATE,
        /** Changes rows in another way. */
        WRITE
    }

    /** Says what the answer is if the statement fails. */
    @FunctionalInterface
    public interface Recovery {
        /** Called on a worker thread. Throws the failure itself if there is no other answer. */
        Outcome after(SQLException failure) throws Exception;
    }

    /**
     * A query.
     *
     * @param maxRows most rows to read; 0 for all
     */
    static DatabaseAnswer ofQuery(Database database, Sql sql, int maxRows, Result.Reader<Answer> reader) {
        return new DatabaseAnswer(database, Kind.READ, sql, "", maxRows, reader, DatabaseAnswer::noRecovery);
    }

    /**
     * A statement that changes rows.
     *
     * @param key identifies the object whose rows are changed; statements that are sent together are sent in its order, so
     *     that they lock rows in the same order
     */
    static DatabaseAnswer ofChange(Database database, Kind kind, Sql sql, String key, Result.Reader<Answer> reader) {
        return new DatabaseAnswer(database, kind, sql, key, Database.ALL_ROWS, reader, DatabaseAnswer::noRecovery);
    }

    private static Outcome noRecovery(SQLException failure) throws SQLException {
        throw failure;
    }

    /** The same with another answer after some failures; what recovered before does so first. */
    public DatabaseAnswer recover(Recovery next) {
        Recovery both = failure -> {
            try {
                return recovery.after(failure);
            } catch (SQLException e) {
                return next.after(e);
            }
        };
        return new DatabaseAnswer(database, kind, sql, key, maxRows, reader, both);
    }

    @Override
    public Answer get() throws Exception {
        try {
            return switch (kind) {
                case READ -> database.read(sql, maxRows, reader);
                case CREATE -> database.create(sql, reader);
                case WRITE -> database.write(sql, reader);
            };
        } catch (SQLException e) {
            return recovery.after(e).get();
        }
    }

    /** The answer after the statement has failed once. Waits for the database. */
    Answer getAfter(SQLException failure) throws Exception {
        return kind == Kind.CREATE && database.correctNumber(failure)
                ? get()
                : recovery.after(failure).get();
    }

    /** Runs the statement as soon as possible; never blocks. */
    void submit(StatementQueue.Caller caller) {
        database.queue(isRead()).submit(this, caller);
    }

    boolean isRead() {
        return kind == Kind.READ;
    }

    Sql sql() {
        return sql;
    }

    String key() {
        return key;
    }

    int maxRows() {
        return maxRows;
    }

    Result.Reader<Answer> reader() {
        return reader;
    }
}

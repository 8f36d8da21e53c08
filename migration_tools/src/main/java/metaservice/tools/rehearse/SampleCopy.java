package metaservice.tools.rehearse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseProblem;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * Copies a sample of the rows. The source is read in one read-only transaction with one snapshot; a statement of it takes five
 * minutes at most.
 *
 * @param source the database to read
 * @param scratch the database with empty tables
 * @param schema the schema of the tables in the source
 * @param rows most rows of each table
 */
record SampleCopy(DatabaseAccess source, DatabaseAccess scratch, String schema, int rows) {

    private static final int STATEMENT_SECONDS = 300;

    private static final String LIMITS = "SET LOCAL statement_timeout = '" + STATEMENT_SECONDS + "s';"
            + " SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '" + STATEMENT_SECONDS
            + "s'";

    private static final String COLUMNS = """
            SELECT quote_ident(attname) FROM pg_attribute
            WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """;

    /** As the planner estimates: the rows of a page at the last ANALYZE or VACUUM, for the pages of today. */
    private static final String ESTIMATE = """
            SELECT CASE WHEN reltuples > 0 AND relpages > 0
                        THEN (reltuples / relpages * pg_relation_size(oid) / current_setting('block_size')::int)::bigint
                        ELSE -1 END
            FROM pg_class WHERE oid = ?::regclass
            """;

    private static final Map<String, String> NUMBERED =
            Map.of("runs_v3", "run_number", "tasks_v3", "task_id", "metadata_v3", "id");

    /**
     * Copies the rows, and prepares the copy for clients: its sequences and its statistics.
     *
     * @throws DatabaseProblem if a database fails, or rows of the source do not fit its schema version
     */
    List<SampledTable> run() throws DatabaseProblem {
        try (Connection from = source.dataSource().getConnection()) {
            from.setReadOnly(true);
            from.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            from.setAutoCommit(false);
            from.setNetworkTimeout(Runnable::run, 1000 * (STATEMENT_SECONDS + 10));
            try (Statement statement = from.createStatement()) {
                statement.execute(LIMITS);
                return intoScratch(from, quoted(statement));
            } finally {
                from.rollback();
            }
        } catch (SQLException e) {
            throw source.problem(e);
        }
    }

    private String quoted(Statement statement) throws SQLException {
        return statement.enquoteIdentifier(schema, true);
    }

    private List<SampledTable> intoScratch(Connection from, String fromSchema) throws SQLException, DatabaseProblem {
        List<SampledTable> tables = new ArrayList<>();
        try (Connection to = scratch.dataSource().getConnection()) {
            to.setNetworkTimeout(Runnable::run, 1000 * (STATEMENT_SECONDS + 10));
            for (String table : SampleQuery.TABLES) {
                long copied = copy(from, fromSchema, to, table);
                long all = Math.max(copied, estimate(from, fromSchema + "." + table));
                tables.add(new SampledTable(table, copied, all));
            }
            finish(to);
        } catch (ScratchException e) {
            throw new DatabaseProblem(
                    "Rows of the source do not fit its schema version; look at migration_tools repair. "
                            + scratch.problem(e.failure()).getMessage(),
                    e);
        }
        return tables;
    }

    /** A failure of the scratch database, which is none of the source. */
    private static final class ScratchException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient SQLException failure;

        private ScratchException(SQLException failure) {
            super(failure);
            this.failure = failure;
        }

        private SQLException failure() {
            return failure;
        }
    }

    private long copy(Connection from, String fromSchema, Connection to, String table)
            throws SQLException, ScratchException {
        List<String> columns = new ArrayList<>(columns(to, table));
        columns.retainAll(columns(from, fromSchema + "." + table));
        CopyOut out = manager(from).copyOut(new SampleQuery(fromSchema, rows).copy(table, columns));
        try {
            return write(out, to, "COPY " + table + " (" + String.join(", ", columns) + ") FROM STDIN");
        } finally {
            if (out.isActive()) {
                out.cancelCopy();
            }
        }
    }

    private static long write(CopyOut out, Connection to, String statement) throws SQLException, ScratchException {
        CopyIn in = begin(to, statement);
        try {
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                write(in, row);
            }
            return end(in);
        } finally {
            if (in.isActive()) {
                in.cancelCopy();
            }
        }
    }

    private static CopyIn begin(Connection to, String statement) throws ScratchException {
        try {
            return manager(to).copyIn(statement);
        } catch (SQLException e) {
            throw new ScratchException(e);
        }
    }

    private static void write(CopyIn in, byte[] row) throws ScratchException {
        try {
            in.writeToCopy(row, 0, row.length);
        } catch (SQLException e) {
            throw new ScratchException(e);
        }
    }

    private static long end(CopyIn in) throws ScratchException {
        try {
            return in.endCopy();
        } catch (SQLException e) {
            throw new ScratchException(e);
        }
    }

    private static CopyManager manager(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    columns.add(row.getString(1));
                }
            }
        }
        return columns;
    }

    /** The rows of a table, estimated; counted if it was never analyzed. */
    private static long estimate(Connection from, String table) throws SQLException {
        try (PreparedStatement query = from.prepareStatement(ESTIMATE)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                long estimated = row.next() ? row.getLong(1) : -1;
                return estimated > 0 ? estimated : count(from, table);
            }
        }
    }

    private static long count(Connection from, String table) throws SQLException {
        try (Statement statement = from.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void finish(Connection to) throws ScratchException {
        try (Statement statement = to.createStatement()) {
            for (Map.Entry<String, String> numbered : NUMBERED.entrySet()) {
                statement.execute(
                        "SELECT setval(pg_get_serial_sequence('%1$s', '%2$s'), max(%2$s)) FROM %1$s HAVING count(*) > 0"
                                .formatted(numbered.getKey(), numbered.getValue()));
            }
            for (String table : SampleQuery.TABLES) {
                statement.execute("ANALYZE " + table);
            }
        } catch (SQLException e) {
            throw new ScratchException(e);
        }
    }
}

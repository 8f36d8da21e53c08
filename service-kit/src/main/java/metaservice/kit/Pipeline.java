package metaservice.kit;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.SqlCommand;
import org.postgresql.core.Tuple;
import org.postgresql.core.v3.SqlSerializationContext;
import org.postgresql.jdbc.PgConnection;

/**
 * Runs several statements in one round trip and one transaction: they are sent one after the other without waiting for
 * results, and the server commits after the last one. If one fails, the server undoes all of them.
 *
 * <p>JDBC has no method for that, so this class uses the driver's query executor, as the driver does itself for a text of
 * several statements. Here each of them keeps its own prepared statement. The driver must not send a part of the statements
 * for itself: it does so if it expects more than 64,000 bytes of results, and it expects 250 bytes of each statement whose
 * parameters all have a type.
 *
 * @param connection a connection of the pool, in autocommit mode
 * @param keepsStatements whether the session keeps prepared statements
 */
record Pipeline(Connection connection, boolean keepsStatements) {

    /**
     * Before the text of a statement: the driver then keeps another prepared statement for it than for the text alone, whose
     * parameters may have no type.
     */
    private static final String PREFIX = "/* pipelined */ ";

    /** Runs one statement; {@code maxRows} as of {@link #run(List, Optional, int)}. */
    Result run(Sql sql, int maxRows) throws SQLException {
        return run(List.of(sql), Optional.empty(), maxRows).get(0);
    }

    /**
     * Runs statements.
     *
     * @param lockTimeout longest wait for a lock; empty if that of the session applies
     * @param maxRows most rows to read of each statement; 0 for all
     * @return their results, in the same order
     * @throws SQLException if one of them fails; none has changed anything then, unless the connection was lost
     */
    List<Result> run(List<Sql> statements, Optional<Duration> lockTimeout, int maxRows) throws SQLException {
        List<Sql> all = new ArrayList<>();
        lockTimeout.ifPresent(timeout ->
                all.add(Sql.of("SELECT set_config('lock_timeout', ?, true)", Long.toString(timeout.toMillis()))));
        all.addAll(statements);
        return sendAgainIfChanged(all, maxRows).subList(all.size() - statements.size(), all.size());
    }

    /** Sends the statements once more if a migration has changed the type of a column that a prepared one returns. */
    private List<Result> sendAgainIfChanged(List<Sql> statements, int maxRows) throws SQLException {
        try {
            return send(statements, maxRows);
        } catch (SQLException e) {
            // The driver has noticed the change, too, and prepares statements again.
            if (!executor().willHealOnRetry(e)) {
                throw e;
            }
            return send(statements, maxRows);
        }
    }

    private QueryExecutor executor() throws SQLException {
        return connection.unwrap(PgConnection.class).getQueryExecutor();
    }

    private List<Result> send(List<Sql> statements, int maxRows) throws SQLException {
        QueryExecutor executor = executor();
        Map<String, CachedQuery> borrowed = new HashMap<>();
        try {
            List<Query> queries = new ArrayList<>();
            List<NativeQuery> shapes = new ArrayList<>();
            for (Sql sql : statements) {
                CachedQuery cached = borrowed.get(sql.text());
                if (cached == null) {
                    Database.logStatement(sql);
                    cached = executor.borrowQuery(PREFIX + sql.text());
                    borrowed.put(sql.text(), cached);
                }
                queries.add(cached.query);
                shapes.add(new NativeQuery("", new int[sql.values().size()], false, SqlCommand.BLANK));
            }
            ParameterList parameters = executor.wrap(shapes).createParameterList();
            bind(parameters, statements);
            Results results = new Results();
            int flags = QueryExecutor.QUERY_SUPPRESS_BEGIN | (keepsStatements ? 0 : QueryExecutor.QUERY_ONESHOT);
            executor.execute(
                    queries.size() == 1 ? queries.get(0) : new Together(queries),
                    parameters,
                    results,
                    maxRows,
                    0,
                    flags);
            if (results.all.size() != statements.size()) {
                throw new SQLException(
                        "expected results of " + statements.size() + " statements, got " + results.all.size());
            }
            return results.all;
        } finally {
            borrowed.values().forEach(executor::releaseQuery);
        }
    }

    private void bind(ParameterList parameters, List<Sql> statements) throws SQLException {
        int index = 1;
        for (Sql sql : statements) {
            for (Object value : sql.values()) {
                bind(parameters, index++, value);
            }
        }
    }

    /** Binds a value with a type in any case, see the class. */
    private void bind(ParameterList parameters, int index, Object value) throws SQLException {
        if (value == null) {
            parameters.setNull(index, Oid.VARCHAR);
        } else if (value == Sql.NO_NUMBER) {
            parameters.setNull(index, Oid.INT8);
        } else if (value instanceof String text) {
            parameters.setStringParameter(index, text, Oid.VARCHAR);
        } else if (value instanceof Long number) {
            parameters.setLiteralParameter(index, number.toString(), Oid.INT8);
        } else if (value instanceof Integer number) {
            parameters.setLiteralParameter(index, number.toString(), Oid.INT4);
        } else if (value instanceof BigDecimal number) {
            parameters.setLiteralParameter(index, number.toString(), Oid.NUMERIC);
        } else if (value instanceof Boolean truth) {
            parameters.setLiteralParameter(index, truth.toString(), Oid.BOOL);
        } else if (value instanceof String[] texts) {
            String literal = connection.createArrayOf("text", texts).toString();
            parameters.setStringParameter(index, literal, Oid.TEXT_ARRAY);
        } else {
            throw new IllegalArgumentException("a value of " + value.getClass() + " cannot be bound");
        }
    }

    /** Collects the rows of each statement. */
    private static final class Results extends ResultHandlerBase {

        private final List<Result> all = new ArrayList<>();

        @Override
        public void handleResultRows(Query query, Field[] fields, List<Tuple> tuples, ResultCursor cursor) {
            all.add(new Result(tuples));
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            // Nobody reads the warnings of statements here.
        }
    }

    /** Several statements, as the driver's executor takes them. It asks for nothing else than the list. */
    private record Together(List<Query> queries) implements Query {

        @Override
        public Query[] getSubqueries() {
            return queries.toArray(Query[]::new);
        }

        @Override
        public String getNativeSql() {
            return "";
        }

        @Override
        public ParameterList createParameterList() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String toString(ParameterList parameters) {
            return queries.toString();
        }

        @Override
        public String toString(ParameterList parameters, SqlSerializationContext context) {
            return queries.toString();
        }

        @Override
        public SqlCommand getSqlCommand() {
            return SqlCommand.BLANK;
        }

        @Override
        public void close() {
            // The cache of the driver owns the queries.
        }

        @Override
        public boolean isStatementDescribed() {
            return false;
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public int getBatchSize() {
            return 0;
        }

        @Override
        public Map<String, Integer> getResultSetColumnNameIndexMap() {
            return Map.of();
        }
    }
}

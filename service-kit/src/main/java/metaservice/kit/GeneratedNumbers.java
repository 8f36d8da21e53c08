package metaservice.kit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Corrects a sequence that generates numbers which exist already. That happens after rows were copied into a database
 * without the values of its sequences. The client has done nothing wrong, so it must not get the answer for a conflict.
 * Thread-safe.
 */
final class GeneratedNumbers {

    private static final Logger LOG = LoggerFactory.getLogger(GeneratedNumbers.class);

    /** SQL states unique_violation and insufficient_privilege. */
    private static final String DUPLICATE = "23505";

    private static final String NO_PRIVILEGE = "42501";

    /** The column of a constraint whose values come from a sequence, with names as SQL. */
    private static final String FIND = """
            SELECT quote_ident(a.attname), k.conrelid::regclass::text, s.oid::regclass::text
            FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
            JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
            JOIN pg_class s ON p.refclassid = 'pg_class'::regclass AND s.oid = p.refobjid AND s.relkind = 'S'
            WHERE k.conname = ? AND k.conrelid = to_regclass(quote_ident(?) || '.' || quote_ident(?))
            LIMIT 1
            """;

    private static final String ADVANCE = "SELECT setval('%s', greatest(last_value, (SELECT max(%s) FROM %s))) FROM %s";

    /** Constraints without such a column; as many as the tables have. A conflict with them needs no query. */
    private final Set<String> constraintsOfClients = ConcurrentHashMap.newKeySet();

    /** A column and its sequence, as SQL. */
    private record Numbered(String column, String table, String sequence) {}

    /**
     * Sets the sequence to the highest number of the table if the failure is a conflict of a generated number.
     *
     * @return whether the statement can be tried again
     * @throws SQLTransientConnectionException if the role may not set the sequence; answered as 503, because a client that got
     *     409 would take the object for an existing one
     */
    boolean correct(ConnectionPool pool, SQLException failure) throws SQLException {
        Optional<ServerErrorMessage> conflict = conflict(failure);
        if (conflict.isEmpty()) {
            return false;
        }
        String constraint = String.valueOf(conflict.get().getConstraint());
        if (constraintsOfClients.contains(constraint)) {
            return false;
        }
        Sql find = Sql.of(
                FIND, constraint, conflict.get().getSchema(), conflict.get().getTable());
        try (Connection connection = pool.connection()) {
            Optional<Numbered> found = Database.first(
                    connection, find, row -> new Numbered(row.getString(1), row.getString(2), row.getString(3)));
            if (found.isEmpty()) {
                constraintsOfClients.add(constraint);
                return false;
            }
            advance(connection, found.get());
            return true;
        }
    }

    private static Optional<ServerErrorMessage> conflict(SQLException failure) {
        return DUPLICATE.equals(failure.getSQLState()) && failure instanceof PSQLException postgres
                ? Optional.ofNullable(postgres.getServerErrorMessage())
                : Optional.empty();
    }

    private static void advance(Connection connection, Numbered numbered) throws SQLException {
        Sql sql = Sql.of(ADVANCE.formatted(
                numbered.sequence().replace("'", "''"), numbered.column(), numbered.table(), numbered.sequence()));
        try {
            long value = Database.first(connection, sql, row -> row.getLong(1)).orElseThrow();
            LOG.warn(
                    "Sequence {} generated numbers that exist in {}; it continues after {}",
                    numbered.sequence(),
                    numbered.table(),
                    value);
        } catch (SQLException e) {
            if (!NO_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
            LOG.error(
                    "Sequence {} generates numbers that exist in {}, and this role may not set it: upgrade the database"
                            + " (PATCH /upgrade), or run GRANT UPDATE ON SEQUENCE {} for the role",
                    numbered.sequence(),
                    numbered.table(),
                    numbered.sequence());
            throw new SQLTransientConnectionException("numbers cannot be generated", e);
        }
    }
}

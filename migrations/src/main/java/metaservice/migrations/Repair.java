package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes right what is not as the ledger says, as far as that can be done online: writers wait for none of it longer than
 * a migration lets them. Everything can be run again when it was cut off.
 */
final class Repair {

    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

    private static final String NOT_NULL = " not null";
    private static final String NOT_VALID = " NOT VALID";
    private static final String FOREIGN_KEY = "FOREIGN KEY";

    /** Clients that queue behind a change wait as long as it does. */
    private static final String LOCK_TIMEOUT = "200ms";

    /** For what waits for two tables, one after the other. */
    private static final String LOCK_TIMEOUT_OF_TWO = "100ms";

    private static final int ATTEMPTS_TO_DROP = 20;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(250);

    private static final String IS_BUILT = """
            SELECT FROM pg_index
            WHERE indexrelid = to_regclass(?) AND indrelid = to_regclass(?) AND indisvalid AND indisunique
              AND pg_get_indexdef(indexrelid) LIKE '% USING btree ' || ?
            """;

    /** The data are in the way: duplicates, a key without its row, a null, a check. */
    private static final Set<String> IN_THE_WAY = Set.of("23505", "23503", "23502", "23514");

    /** Columns before what is built on them, keys before those who refer to them. */
    private static final Comparator<SchemaDifference> ORDER = Comparator.comparing(Repair::rank);

    private final Connection connection;

    /** Over a connection in autocommit mode. */
    Repair(Connection connection) {
        this.connection = connection;
    }

    /** It was tried, and the data do not allow it. */
    static final class NotPossibleException extends Exception {
        private static final long serialVersionUID = 1L;

        NotPossibleException(SchemaDifference difference, SQLException cause) {
            super(difference + ", and the data do not allow to repair it: " + inOneLine(cause), cause);
        }
    }

    /** With the detail, which names the row. */
    private static String inOneLine(SQLException failure) {
        return String.valueOf(failure.getMessage()).lines().map(String::strip).collect(Collectors.joining(" "));
    }

    /** Whether there is a way to make it right, if the data allow it. */
    static boolean isPossible(SchemaDifference difference) {
        return switch (difference.kind()) {
            case INDEX -> true;
            case COLUMN -> difference.isMissing() && !difference.expected().contains(NOT_NULL);
            case CONSTRAINT -> difference.isMissing() || difference.found().equals(difference.expected() + NOT_VALID);
            case TABLE -> false;
        };
    }

    /**
     * Makes all of it right.
     *
     * @param differences each of a kind that is possible
     * @throws NotPossibleException if data are in the way of one; those before it are repaired
     * @throws SQLException for any other reason, a lock that could not be had among them
     */
    void all(List<SchemaDifference> differences) throws SQLException, NotPossibleException {
        for (SchemaDifference difference : differences.stream().sorted(ORDER).toList()) {
            LOG.warn("Repairing the schema: {}", difference);
            try {
                repair(difference);
            } catch (SQLException e) {
                if (IN_THE_WAY.contains(String.valueOf(e.getSQLState()))) {
                    throw new NotPossibleException(difference, e);
                }
                throw e;
            }
        }
    }

    private void repair(SchemaDifference difference) throws SQLException {
        switch (difference.kind()) {
            case INDEX -> rebuildIndex(difference);
            case COLUMN -> addColumn(difference);
            default -> {
                if (difference.expected().startsWith(FOREIGN_KEY)) {
                    addForeignKey(difference);
                } else {
                    addKey(difference);
                }
            }
        }
    }

    private void rebuildIndex(SchemaDifference index) throws SQLException {
        dropIndex(index.name());
        patiently(index.expected().replaceFirst(" INDEX ", " INDEX CONCURRENTLY "));
    }

    private void addColumn(SchemaDifference column) throws SQLException {
        briefly(
                column,
                LOCK_TIMEOUT,
                "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s"
                        .formatted(table(column), quoted(column.name()), column.expected()));
    }

    /** As an index that is built concurrently, and then attached in no time. */
    private void addKey(SchemaDifference key) throws SQLException {
        if (!isBuilt(key)) {
            buildIndexOf(key);
        }
        String kind = key.expected().startsWith("PRIMARY KEY") ? "PRIMARY KEY" : "UNIQUE";
        briefly(
                key,
                LOCK_TIMEOUT,
                "ALTER TABLE %1$s ADD CONSTRAINT %2$s %3$s USING INDEX %2$s"
                        .formatted(table(key), quoted(key.name()), kind));
    }

    /** By an attempt before this one, which could not have the lock to attach it. */
    private boolean isBuilt(SchemaDifference key) throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(IS_BUILT)) {
            question.setString(1, qualified(key.name()));
            question.setString(2, table(key));
            question.setString(3, columns(key));
            try (ResultSet row = question.executeQuery()) {
                return row.next();
            }
        }
    }

    private static String columns(SchemaDifference key) {
        return key.expected().substring(key.expected().indexOf('('));
    }

    private void buildIndexOf(SchemaDifference key) throws SQLException {
        dropIndex(key.name());
        try {
            patiently("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s"
                    .formatted(quoted(key.name()), table(key), columns(key)));
        } catch (SQLException e) {
            afterFailure(e, () -> dropIndex(key.name()));
            throw e;
        }
    }

    /** New rows are checked at once, the old ones while others go on writing. */
    private void addForeignKey(SchemaDifference key) throws SQLException {
        if (key.isMissing()) {
            briefly(
                    key,
                    LOCK_TIMEOUT_OF_TWO,
                    "ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"
                            .formatted(table(key), quoted(key.name()), key.expected()));
        }
        try {
            patiently("ALTER TABLE %s VALIDATE CONSTRAINT %s".formatted(table(key), quoted(key.name())));
        } catch (SQLException e) {
            if (key.isMissing()) {
                afterFailure(e, () -> dropForeignKey(key));
            }
            throw e;
        }
    }

    /** What cannot be dropped, because a transaction stays open, is left as a key that is not valid: drift that is told. */
    private void dropForeignKey(SchemaDifference key) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                briefly(
                        key,
                        LOCK_TIMEOUT_OF_TWO,
                        "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s".formatted(table(key), quoted(key.name())));
                return;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS_TO_DROP) {
                    throw e;
                }
                LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
            }
        }
    }

    private void dropIndex(String name) throws SQLException {
        patiently("DROP INDEX CONCURRENTLY IF EXISTS " + qualified(name));
    }

    /** Takes something back. */
    private interface Undoing {
        void run() throws SQLException;
    }

    private static void afterFailure(SQLException failure, Undoing undoing) {
        try {
            undoing.run();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * For what holds a lock that keeps clients waiting: gives up soon, and is tried again. Before that it waits as long as
     * need be for a lock that keeps no client waiting; an autovacuum gives way to that one, but never to a short wait.
     */
    private void briefly(SchemaDifference difference, String lockTimeout, String sql) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path = " + Names.SCHEMA);
            statement.execute("SET LOCAL lock_timeout = 0");
            statement.execute("LOCK TABLE " + table(difference) + " IN SHARE UPDATE EXCLUSIVE MODE");
            statement.execute("SET LOCAL lock_timeout = '" + lockTimeout + "'");
            statement.execute(sql);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** For what nobody has to wait for. */
    private void patiently(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The names in definitions are not qualified.
            statement.execute("SET search_path = " + Names.SCHEMA);
            statement.execute(sql);
        }
    }

    private static int rank(SchemaDifference difference) {
        if (difference.kind() == SchemaObject.Kind.COLUMN) {
            return 0;
        }
        return difference.expected().startsWith(FOREIGN_KEY) ? 2 : 1;
    }

    private String table(SchemaDifference difference) throws SQLException {
        return qualified(difference.table());
    }

    private String qualified(String name) throws SQLException {
        return Names.SCHEMA + "." + quoted(name);
    }

    private String quoted(String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.enquoteIdentifier(name, true);
        }
    }
}

package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
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
            case "index" -> true;
            case "column" -> difference.isMissing() && !difference.expected().contains(NOT_NULL);
            case "constraint" -> difference.isMissing() || difference.found().equals(difference.expected() + NOT_VALID);
            default -> false;
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
            case "index" -> rebuildIndex(difference);
            case "column" -> addColumn(difference);
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
        briefly("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s"
                .formatted(table(column), quoted(column.name()), column.expected()));
    }

    /** As an index that is built concurrently, and then attached in no time. */
    private void addKey(SchemaDifference key) throws SQLException {
        String kind = key.expected().startsWith("PRIMARY KEY") ? "PRIMARY KEY" : "UNIQUE";
        String columns = key.expected().substring(key.expected().indexOf('('));
        dropIndex(key.name());
        try {
            patiently(
                    "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s".formatted(quoted(key.name()), table(key), columns));
        } catch (SQLException e) {
            afterFailure(e, "DROP INDEX CONCURRENTLY IF EXISTS " + qualified(key.name()));
            throw e;
        }
        briefly("ALTER TABLE %1$s ADD CONSTRAINT %2$s %3$s USING INDEX %2$s"
                .formatted(table(key), quoted(key.name()), kind));
    }

    /** New rows are checked at once, the old ones while others go on writing. */
    private void addForeignKey(SchemaDifference key) throws SQLException {
        if (key.isMissing()) {
            briefly("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"
                    .formatted(table(key), quoted(key.name()), key.expected()));
        }
        try {
            patiently("ALTER TABLE %s VALIDATE CONSTRAINT %s".formatted(table(key), quoted(key.name())));
        } catch (SQLException e) {
            if (key.isMissing()) {
                afterFailure(e, "ALTER TABLE %s DROP CONSTRAINT %s".formatted(table(key), quoted(key.name())));
            }
            throw e;
        }
    }

    private void dropIndex(String name) throws SQLException {
        patiently("DROP INDEX CONCURRENTLY IF EXISTS " + qualified(name));
    }

    private void afterFailure(SQLException failure, String sql) {
        try {
            patiently(sql);
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** For what holds a lock that keeps writers waiting: gives up soon, and is tried again. */
    private void briefly(String sql) throws SQLException {
        execute("200ms", sql);
    }

    /** For what nobody has to wait for. */
    private void patiently(String sql) throws SQLException {
        execute("0", sql);
    }

    private void execute(String lockTimeout, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The names in definitions are not qualified.
            statement.execute("SET search_path = " + SchemaReader.SCHEMA);
            statement.execute("SET lock_timeout = '" + lockTimeout + "'");
            statement.execute(sql);
        }
    }

    private static int rank(SchemaDifference difference) {
        if (difference.kind().equals("column")) {
            return 0;
        }
        return difference.expected().startsWith(FOREIGN_KEY) ? 2 : 1;
    }

    private String table(SchemaDifference difference) throws SQLException {
        return qualified(difference.table());
    }

    private String qualified(String name) throws SQLException {
        return SchemaReader.SCHEMA + "." + quoted(name);
    }

    private String quoted(String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.enquoteIdentifier(name, true);
        }
    }
}

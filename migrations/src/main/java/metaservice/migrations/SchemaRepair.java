package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs differences between a schema and its ledger, as far as that is possible online: no repair blocks writers
 * longer than a migration may. Every repair is idempotent.
 */
final class SchemaRepair {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaRepair.class);

    private static final String NOT_NULL = " not null";
    private static final String NOT_VALID = " NOT VALID";
    static final String FOREIGN_KEY = "FOREIGN KEY";

    /** Clients queue behind a statement that waits for its lock, so this limits how long they wait. */
    private static final String LOCK_TIMEOUT = "200ms";

    /** For statements that lock two tables, one after the other. */
    private static final String LOCK_TIMEOUT_TWO_TABLES = "100ms";

    private static final int MAX_DROP_ATTEMPTS = 20;
    private static final Duration DROP_RETRY_DELAY = Duration.ofMillis(250);

    private static final String IS_INDEX_BUILT = """
            SELECT FROM pg_index
            WHERE indexrelid = to_regclass(?) AND indrelid = to_regclass(?) AND indisvalid AND indisunique
              AND pg_get_indexdef(indexrelid) LIKE '% USING btree ' || ?
            """;

    /** SQL states of data that violate the constraint: duplicates, a missing referenced row, a null, a check. */
    private static final Set<String> DATA_VIOLATIONS = Set.of("23505", "23503", "23502", "23514");

    /** Columns before the keys and indexes on them, keys before the foreign keys that refer to them. */
    private static final Comparator<SchemaDifference> ORDER = Comparator.comparing(SchemaRepair::rank);

    private final Connection connection;
    private final DatabaseSchema schema;

    /** The connection must be in autocommit mode. */
    SchemaRepair(Connection connection, DatabaseSchema schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** A repair failed because of the data in the tables. */
    static final class NotPossibleException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient SchemaDifference difference;

        NotPossibleException(SchemaDifference difference, SQLException cause) {
            super(difference + ", and the data prevent a repair: " + singleLine(cause), cause);
            this.difference = difference;
        }

        SchemaDifference difference() {
            return difference;
        }
    }

    /** The message on one line, including the detail, which names the row. */
    private static String singleLine(SQLException failure) {
        return String.valueOf(failure.getMessage()).lines().map(String::strip).collect(Collectors.joining(" "));
    }

    /**
     * Whether this class can repair the difference, provided that the data allow it. An index of a partitioned table cannot be
     * built concurrently.
     */
    static boolean isPossible(SchemaDifference difference) {
        return switch (difference.kind()) {
            case INDEX -> !difference.partitioned();
            case SEQUENCE -> true;
            case COLUMN -> difference.isMissing() && !difference.expected().contains(NOT_NULL);
            case CONSTRAINT ->
                !difference.partitioned()
                        && (difference.isMissing() || difference.found().equals(difference.expected() + NOT_VALID));
            case TABLE -> false;
        };
    }

    /**
     * Repairs all differences.
     *
     * @param differences each of them {@linkplain #isPossible possible}
     * @throws NotPossibleException if data violate a constraint; the differences before it are repaired
     * @throws SQLException for any other failure, lock timeouts included
     */
    void repairAll(List<SchemaDifference> differences) throws SQLException, NotPossibleException {
        for (SchemaDifference difference : inOrder(differences)) {
            LOG.warn("Repairing the schema: {}", difference);
            try {
                repair(difference);
            } catch (SQLException e) {
                if (DATA_VIOLATIONS.contains(String.valueOf(e.getSQLState()))) {
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
            case SEQUENCE -> advanceSequence(difference);
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
        executeOnline(concurrently(index));
    }

    private void addColumn(SchemaDifference column) throws SQLException {
        executeWithLockTimeout(
                column,
                LOCK_TIMEOUT,
                "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s"
                        .formatted(table(column), quoted(column.name()), column.expected()));
    }

    /** Locks out writers for the moment, because they take numbers from the sequence. */
    private void advanceSequence(SchemaDifference sequence) throws SQLException {
        for (String statement : Sequences.advance(connection, schema, sequence.name())) {
            executeWithLockTimeout(
                    sequence,
                    LOCK_TIMEOUT,
                    "LOCK TABLE " + table(sequence) + " IN SHARE ROW EXCLUSIVE MODE; " + statement);
        }
    }

    /** Builds the index concurrently and then attaches it as a constraint, which takes milliseconds. */
    private void addKey(SchemaDifference key) throws SQLException {
        if (!isBuilt(key)) {
            buildIndexOf(key);
        }
        executeWithLockTimeout(
                key,
                LOCK_TIMEOUT,
                "ALTER TABLE %1$s ADD CONSTRAINT %2$s %3$s USING INDEX %2$s"
                        .formatted(table(key), quoted(key.name()), keyKind(key)));
    }

    /** Whether an earlier attempt built the index and then timed out waiting for the lock to attach it. */
    private boolean isBuilt(SchemaDifference key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(IS_INDEX_BUILT)) {
            query.setString(1, qualified(key.name()));
            query.setString(2, table(key));
            query.setString(3, columns(key));
            try (ResultSet row = query.executeQuery()) {
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
            executeOnline("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s"
                    .formatted(quoted(key.name()), table(key), columns(key)));
        } catch (SQLException e) {
            cleanUp(e, () -> dropIndex(key.name()));
            throw e;
        }
    }

    /**
     * Adds the constraint as NOT VALID, which checks new rows only, and then validates the existing rows, which does
     * not block writers.
     */
    private void addForeignKey(SchemaDifference key) throws SQLException {
        if (key.isMissing()) {
            executeWithLockTimeout(
                    key,
                    LOCK_TIMEOUT_TWO_TABLES,
                    "ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"
                            .formatted(table(key), quoted(key.name()), key.expected()));
        }
        try {
            executeOnline("ALTER TABLE %s VALIDATE CONSTRAINT %s".formatted(table(key), quoted(key.name())));
        } catch (SQLException e) {
            if (key.isMissing()) {
                cleanUp(e, () -> dropForeignKey(key));
            }
            throw e;
        }
    }

    /** Drops an invalid foreign key. If an open transaction prevents that, the key stays and is reported as drift. */
    private void dropForeignKey(SchemaDifference key) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                executeWithLockTimeout(
                        key,
                        LOCK_TIMEOUT_TWO_TABLES,
                        "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s".formatted(table(key), quoted(key.name())));
                return;
            } catch (SQLException e) {
                if (attempt == MAX_DROP_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(DROP_RETRY_DELAY.toNanos());
            }
        }
    }

    private void dropIndex(String name) throws SQLException {
        executeOnline("DROP INDEX CONCURRENTLY IF EXISTS " + qualified(name));
    }

    /** Reverts a change after a failure. */
    private interface Cleanup {
        void run() throws SQLException;
    }

    private static void cleanUp(SQLException failure, Cleanup cleanup) {
        try {
            cleanup.run();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Executes a statement that blocks clients while it waits for its lock, so it has a short lock timeout; the
     * upgrade is retried after a timeout. First acquires a weaker lock that does not block clients, without a
     * timeout: autovacuum is cancelled for a waiting lock, but only after {@code deadlock_timeout}, which is longer
     * than the short timeout.
     */
    private void executeWithLockTimeout(SchemaDifference difference, String lockTimeout, String sql)
            throws SQLException {
        Transaction.run(connection, statement -> {
            statement.execute("SET LOCAL search_path = " + schema.quoted());
            statement.execute("SET LOCAL lock_timeout = 0");
            statement.execute("LOCK TABLE " + table(difference) + " IN SHARE UPDATE EXCLUSIVE MODE");
            statement.execute("SET LOCAL lock_timeout = '" + lockTimeout + "'");
            statement.execute(sql);
        });
    }

    /** Executes a statement that does not block clients, without a lock timeout. */
    private void executeOnline(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Definitions contain unqualified names.
            statement.execute("SET search_path = " + schema.quoted());
            statement.execute(sql);
        }
    }

    /** The differences in the order in which they are repaired. */
    static List<SchemaDifference> inOrder(List<SchemaDifference> differences) {
        return differences.stream().sorted(ORDER).toList();
    }

    /**
     * The SQL of the repair of a difference, for people: what {@link #repairAll} executes if an earlier attempt left nothing
     * behind, without its lock timeouts. Names are unqualified; the search path has to be the schema of the tables.
     *
     * @param difference {@linkplain #isPossible possible}
     */
    List<String> statements(SchemaDifference difference) throws SQLException {
        // Names of this build's schema need no quotes.
        String table = difference.table();
        String name = difference.name();
        return switch (difference.kind()) {
            case INDEX ->
                difference.isMissing()
                        ? List.of(concurrently(difference))
                        : List.of("DROP INDEX CONCURRENTLY IF EXISTS " + name, concurrently(difference));
            case COLUMN ->
                List.of("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s".formatted(table, name, difference.expected()));
            case SEQUENCE -> sequenceStatements(difference);
            default ->
                difference.expected().startsWith(FOREIGN_KEY)
                        ? foreignKeyStatements(difference, table, name)
                        : List.of(
                                "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s"
                                        .formatted(name, table, columns(difference)),
                                "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s"
                                        .formatted(table, name, keyKind(difference), name));
        };
    }

    /** In a transaction that locks out writers, which take numbers from the sequence. */
    private List<String> sequenceStatements(SchemaDifference sequence) throws SQLException {
        List<String> statements = new ArrayList<>();
        statements.add("BEGIN");
        statements.add("LOCK TABLE " + sequence.table() + " IN SHARE ROW EXCLUSIVE MODE");
        Sequences.advance(connection, schema, sequence.name()).stream()
                .map(sql -> sql.replaceAll("\\s+", " "))
                .forEach(statements::add);
        statements.add("COMMIT");
        return statements;
    }

    private static List<String> foreignKeyStatements(SchemaDifference key, String table, String name) {
        String validate = "ALTER TABLE %s VALIDATE CONSTRAINT %s".formatted(table, name);
        String add = "ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID".formatted(table, name, key.expected());
        return key.isMissing() ? List.of(add, validate) : List.of(validate);
    }

    private static String concurrently(SchemaDifference index) {
        return index.expected().replaceFirst(" INDEX ", " INDEX CONCURRENTLY ");
    }

    private static String keyKind(SchemaDifference key) {
        return key.expected().startsWith("PRIMARY KEY") ? "PRIMARY KEY" : "UNIQUE";
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
        return schema.qualified(quoted(name));
    }

    private String quoted(String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.enquoteIdentifier(name, true);
        }
    }
}

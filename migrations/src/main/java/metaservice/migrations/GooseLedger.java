package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The ledger of the reference implementation, {@code goose_db_version}. It is maintained beside Flyway's ledger so
 * that the reference can still run on the database. Versions that the reference does not have are not recorded in it.
 * Immutable.
 */
final class GooseLedger {

    static final String TABLE = "goose_db_version";

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s (
                id serial NOT NULL,
                version_id bigint NOT NULL,
                is_applied boolean NOT NULL,
                tstamp timestamp DEFAULT now(),
                PRIMARY KEY (id)
            )
            """;

    /** The versions that are applied: a row says so, and no later row of the version revokes it. In the order of rows. */
    private static final String APPLIED = """
            SELECT applied.version_id
            FROM %1$s applied
            WHERE applied.is_applied
              AND NOT EXISTS (SELECT FROM %1$s later
                              WHERE later.version_id = applied.version_id
                                AND later.id > applied.id
                                AND NOT later.is_applied)
            ORDER BY applied.id
            """;

    private static final String ALL = "SELECT DISTINCT version_id FROM %s";

    private static final String APPEND = """
            INSERT INTO %s (version_id, is_applied)
            SELECT version, true FROM unnest(?) WITH ORDINALITY AS wanted (version, position) ORDER BY position
            """;

    private final String table;

    GooseLedger(DatabaseSchema schema) {
        this.table = schema.qualified(TABLE);
    }

    /** All versions in the table, applied or not, in any order. The table must exist. */
    List<SchemaVersion> all(Statement statement) throws SQLException {
        return versions(statement, ALL);
    }

    /** The applied versions in the order of their rows. The table must exist. */
    List<SchemaVersion> applied(Statement statement) throws SQLException {
        return versions(statement, APPLIED);
    }

    /**
     * The version of the database as the reference determines it: that of the newest row that counts, not the highest
     * number; zero if there is none.
     *
     * @param applied see {@link #applied}
     */
    static SchemaVersion newest(List<SchemaVersion> applied) {
        return applied.isEmpty() ? SchemaVersion.ZERO : applied.get(applied.size() - 1);
    }

    /**
     * Creates the table if it is missing and appends the versions that are missing. Afterwards the newest row is that of
     * the newest version: if a version before it was missing, the newest gets one more row. Changes nothing if the ledger is
     * complete. It is ahead of Flyway's after an upgrade by the reference, or after an interruption before Flyway's row was
     * written. Idempotent.
     *
     * @param wanted the applied versions that the reference has, ascending
     */
    void catchUp(Connection connection, List<SchemaVersion> wanted) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE.formatted(table));
            Sequences.advanceOwn(connection, table);
            append(connection, rowsToAppend(applied(statement), wanted));
        }
    }

    /**
     * The versions of the rows that {@link #catchUp} appends, in their order; empty if the ledger is complete.
     *
     * @param applied see {@link #applied}
     */
    static List<SchemaVersion> rowsToAppend(List<SchemaVersion> applied, List<SchemaVersion> wanted) {
        List<SchemaVersion> missing = new ArrayList<>(wanted);
        missing.add(0, SchemaVersion.ZERO);
        missing.removeAll(applied);
        SchemaVersion before = newest(applied);
        SchemaVersion last = newest(wanted);
        SchemaVersion newest = before.compareTo(last) > 0 ? before : last;
        if (!newest(missing.isEmpty() ? applied : missing).equals(newest)) {
            missing.add(newest);
        }
        return missing;
    }

    /** Appends a version unless the ledger already lists it as applied. The table must exist. */
    void add(Connection connection, SchemaVersion version) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!applied(statement).contains(version)) {
                append(connection, List.of(version));
            }
        }
    }

    private List<SchemaVersion> versions(Statement statement, String query) throws SQLException {
        List<SchemaVersion> versions = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query.formatted(table))) {
            while (rows.next()) {
                versions.add(new SchemaVersion(rows.getLong(1)));
            }
        }
        return versions;
    }

    /** Appends rows in one statement, so that an interruption leaves all or none. */
    private void append(Connection connection, List<SchemaVersion> versions) throws SQLException {
        if (versions.isEmpty()) {
            return;
        }
        Object[] numbers = versions.stream().map(SchemaVersion::number).toArray();
        try (PreparedStatement statement = connection.prepareStatement(APPEND.formatted(table))) {
            statement.setArray(1, connection.createArrayOf("bigint", numbers));
            statement.executeUpdate();
        }
    }
}

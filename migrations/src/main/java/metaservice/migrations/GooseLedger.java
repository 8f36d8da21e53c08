package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The ledger of the reference implementation, {@code goose_db_version}. It is maintained beside Flyway's ledger so
 * that the reference can still run on the database. Versions that the reference does not have are not recorded in it.
 */
final class GooseLedger {

    static final String TABLE = "goose_db_version";

    private static final String NAME = DatabaseNames.SCHEMA + "." + TABLE;

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s (
                id serial NOT NULL,
                version_id bigint NOT NULL,
                is_applied boolean NOT NULL,
                tstamp timestamp DEFAULT now(),
                PRIMARY KEY (id)
            )
            """.formatted(NAME);

    /** SQL condition: row {@code applied} says that its version is applied, and no later row revokes it. */
    private static final String IS_APPLIED = """
            applied.is_applied
              AND NOT EXISTS (SELECT FROM %s later
                              WHERE later.version_id = applied.version_id
                                AND later.id > applied.id
                                AND NOT later.is_applied)""".formatted(NAME);

    // The newest valid row, not the highest number; the reference selects it the same way.
    private static final String NEWEST = """
            SELECT applied.version_id
            FROM %s applied
            WHERE %s
            ORDER BY applied.id DESC
            LIMIT 1
            """.formatted(NAME, IS_APPLIED);

    private static final String ADD_IF_MISSING = """
            INSERT INTO %1$s (version_id, is_applied)
            SELECT wanted.version_id, true
            FROM (VALUES (?::bigint)) AS wanted (version_id)
            WHERE NOT EXISTS (SELECT FROM %1$s applied WHERE applied.version_id = wanted.version_id AND %2$s)
            """.formatted(NAME, IS_APPLIED);

    private static final String ADD = "INSERT INTO %s (version_id, is_applied) VALUES (?, true)".formatted(NAME);

    private GooseLedger() {}

    /** Reads the applied version as the reference does; zero if no row counts. The table must exist. */
    static SchemaVersion newest(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(NEWEST)) {
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    /**
     * Creates the table if it is missing and appends the versions that are missing. Afterwards the newest row is the
     * newest version. Changes nothing if the ledger is complete or ahead of Flyway's, which happens after an upgrade
     * by the reference or after an interruption before Flyway's row was written. Idempotent.
     *
     * @param applied the applied versions that the reference has, ascending
     */
    static void catchUp(Connection connection, List<SchemaVersion> applied) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
            add(connection, SchemaVersion.ZERO);
            if (newest(statement).compareTo(last(applied)) < 0) {
                for (SchemaVersion version : applied) {
                    add(connection, version);
                }
            }
            if (newest(statement).compareTo(last(applied)) < 0) {
                append(connection, ADD, last(applied));
            }
        }
    }

    /** Appends a version unless the ledger already lists it as applied. */
    static void add(Connection connection, SchemaVersion version) throws SQLException {
        append(connection, ADD_IF_MISSING, version);
    }

    /** Whether the ledger is at the newest applied version or beyond it. */
    static boolean includes(Optional<SchemaVersion> newest, List<SchemaVersion> applied) {
        return newest.isPresent() && newest.get().compareTo(last(applied)) >= 0;
    }

    private static SchemaVersion last(List<SchemaVersion> applied) {
        return applied.isEmpty() ? SchemaVersion.ZERO : applied.get(applied.size() - 1);
    }

    private static void append(Connection connection, String sql, SchemaVersion version) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, version.number());
            statement.executeUpdate();
        }
    }
}

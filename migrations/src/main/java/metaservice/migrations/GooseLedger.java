package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The reference implementation's ledger, kept beside ours, so that the reference could take the database back. Versions
 * that only we have stay out of it, because the reference would not know them.
 */
final class GooseLedger {

    static final String TABLE = "goose_db_version";

    private static final String NAME = Names.SCHEMA + "." + TABLE;

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s (
                id serial NOT NULL,
                version_id bigint NOT NULL,
                is_applied boolean NOT NULL,
                tstamp timestamp DEFAULT now(),
                PRIMARY KEY (id)
            )
            """.formatted(NAME);

    /** SQL condition on the row {@code applied}: it says applied, and no later row takes it back. */
    private static final String COUNTS = """
            applied.is_applied
              AND NOT EXISTS (SELECT FROM %s later
                              WHERE later.version_id = applied.version_id
                                AND later.id > applied.id
                                AND NOT later.is_applied)""".formatted(NAME);

    // Not the highest number: the newest row that counts. The reference asks the same.
    private static final String NEWEST = """
            SELECT applied.version_id
            FROM %s applied
            WHERE %s
            ORDER BY applied.id DESC
            LIMIT 1
            """.formatted(NAME, COUNTS);

    private static final String ADD_IF_NOT_THERE = """
            INSERT INTO %1$s (version_id, is_applied)
            SELECT wanted.version_id, true
            FROM (VALUES (?::bigint)) AS wanted (version_id)
            WHERE NOT EXISTS (SELECT FROM %1$s applied WHERE applied.version_id = wanted.version_id AND %2$s)
            """.formatted(NAME, COUNTS);

    private static final String ADD = "INSERT INTO %s (version_id, is_applied) VALUES (?, true)".formatted(NAME);

    private GooseLedger() {}

    /** The version it tells, as the reference reads it; zero if it tells nothing. The table must be there. */
    static SchemaVersion newest(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(NEWEST)) {
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    /**
     * Makes the ledger tell what is applied: creates it if it is missing, appends what is not in it, and in the end
     * lets the newest row be the newest version. Does nothing if all is well, or if the ledger is ahead of ours, because
     * the reference went on or a kill left our row out. Can be run again when it was cut off.
     *
     * @param applied the reference's versions that are applied, ascending
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

    /** Appends one version unless the ledger says already that it is applied. */
    static void add(Connection connection, SchemaVersion version) throws SQLException {
        append(connection, ADD_IF_NOT_THERE, version);
    }

    /** Whether the ledger tells what is applied, or more. */
    static boolean tells(Optional<SchemaVersion> newest, List<SchemaVersion> applied) {
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

package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import metaservice.migrations.LastUpgrade.Outcome;

/**
 * The table {@code metaservice_upgrades}: one row for each upgrade of the database, written when the upgrade begins,
 * so that every node can read the state of an upgrade that another node runs. A row without an outcome belongs to the
 * running upgrade or to one that was interrupted. Immutable.
 */
final class UpgradeHistory {

    static final String TABLE = "metaservice_upgrades";

    private static final String EXISTS = "SELECT to_regclass(?) IS NOT NULL";

    private static final String CREATE = """
            CREATE TABLE %s (
                id bigserial PRIMARY KEY,
                from_version bigint NOT NULL,
                to_version bigint NOT NULL,
                migrating bigint,
                started_at timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                outcome text,
                detail text NOT NULL DEFAULT ''
            )
            """;

    /** The comment of the table is this and the name of our ledger. */
    static final String COMMENT_PREFIX = "Upgrades by Metaservice. Its ledger of migrations is table ";

    private static final String COMMENT = "COMMENT ON TABLE %s IS '" + COMMENT_PREFIX + "%s'";

    private static final String MARK_INTERRUPTED = "UPDATE %s SET outcome = ?, migrating = NULL WHERE outcome IS NULL";

    private static final String WITHOUT_OUTCOME = "SELECT count(*) FROM %s WHERE outcome IS NULL";

    private static final String BEGIN = "INSERT INTO %s (from_version, to_version) VALUES (?, ?)";

    private static final String CLEAR_MIGRATION = "UPDATE %s SET migrating = NULL WHERE outcome IS NULL";

    private static final String SET_MIGRATION = "UPDATE %s SET migrating = ? WHERE outcome IS NULL";

    private static final String END =
            "UPDATE %s SET ended_at = now(), outcome = ?, detail = ?, migrating = NULL WHERE outcome IS NULL";

    private static final String RUNNING_MIGRATION =
            "SELECT migrating FROM %s WHERE outcome IS NULL AND migrating IS NOT NULL ORDER BY id DESC LIMIT 1";

    private static final String LAST_UPGRADE = """
            SELECT from_version, to_version, started_at, extract(epoch FROM ended_at - started_at) AS seconds,
                   coalesce(outcome, ?) AS outcome, detail
            FROM %s
            WHERE outcome IS NOT NULL OR NOT ?
            ORDER BY id DESC
            LIMIT 1
            """;

    private final String table;

    UpgradeHistory(DatabaseSchema schema) {
        this.table = schema.qualified(TABLE);
    }

    /**
     * Creates the table if it is missing. Its comment names our ledger, because the upgrade may be interrupted before the
     * ledger has a row that shows whose it is.
     */
    void create(Connection connection, String ledger) throws SQLException {
        if (exists(connection)) {
            Sequences.advanceOwn(connection, table);
            return;
        }
        Transaction.run(connection, statement -> {
            statement.execute(CREATE.formatted(table));
            statement.execute(COMMENT.formatted(table, ledger));
        });
    }

    private boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(EXISTS)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** How many rows have no outcome; if no upgrade runs, their upgrades were interrupted. The table must exist. */
    int withoutOutcome(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(WITHOUT_OUTCOME.formatted(table))) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    /** The SQL of {@link #markInterrupted}, for people; the name of the table is unqualified. */
    static String markInterruptedStatement() {
        return MARK_INTERRUPTED.formatted(TABLE).replace("?", "'" + storedName(Outcome.INTERRUPTED) + "'");
    }

    /** Marks rows without outcome as interrupted. No other upgrade may run. */
    void markInterrupted(Connection connection) throws SQLException {
        update(connection, MARK_INTERRUPTED, storedName(Outcome.INTERRUPTED));
    }

    /** Records the begin of an upgrade and marks an earlier row without outcome as interrupted. */
    void begin(Connection connection, SchemaVersion from, SchemaVersion to) throws SQLException {
        markInterrupted(connection);
        update(connection, BEGIN, from.number(), to.number());
    }

    /** Records the migration that is being applied. */
    void setMigration(Connection connection, SchemaVersion version) throws SQLException {
        update(connection, SET_MIGRATION, version.number());
    }

    /** Records that no migration is being applied: before the first, between two, or after the last. */
    void clearMigration(Connection connection) throws SQLException {
        update(connection, CLEAR_MIGRATION);
    }

    /** Records the end of the upgrade. */
    void end(Connection connection, Outcome outcome, List<String> details) throws SQLException {
        update(connection, END, storedName(outcome), String.join("; ", details));
    }

    /** The migration that is being applied if an upgrade runs. The table must exist. */
    Optional<SchemaVersion> runningMigration(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(RUNNING_MIGRATION.formatted(table))) {
            return row.next() ? Optional.of(new SchemaVersion(row.getLong(1))) : Optional.empty();
        }
    }

    /**
     * The newest finished or interrupted upgrade. The table must exist.
     *
     * @param inProgress whether an upgrade runs; if not, a row without outcome counts as interrupted
     */
    Optional<LastUpgrade> last(Connection connection, boolean inProgress) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LAST_UPGRADE.formatted(table))) {
            query.setString(1, storedName(Outcome.INTERRUPTED));
            query.setBoolean(2, inProgress);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        }
    }

    private static LastUpgrade read(ResultSet row) throws SQLException {
        double seconds = row.getDouble("seconds");
        Optional<Duration> duration =
                row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
        return new LastUpgrade(
                new SchemaVersion(row.getLong("from_version")),
                new SchemaVersion(row.getLong("to_version")),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                duration,
                Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
                row.getString("detail"));
    }

    private static String storedName(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private void update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.formatted(table))) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}

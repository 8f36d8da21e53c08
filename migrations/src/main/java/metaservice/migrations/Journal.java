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
 * The upgrades of a database, remembered in the database itself: one row each, begun when it begins, so that every node
 * sees what one of them does. A row without an outcome is the one that runs, or one that was killed.
 */
final class Journal {

    static final String TABLE = "metaservice_upgrades";

    private static final String NAME = Names.SCHEMA + "." + TABLE;

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s (
                id bigserial PRIMARY KEY,
                from_version bigint NOT NULL,
                to_version bigint NOT NULL,
                migrating bigint,
                started_at timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                outcome text,
                detail text NOT NULL DEFAULT ''
            )
            """.formatted(NAME);

    private static final String CLOSE_KILLED =
            "UPDATE %s SET outcome = ?, migrating = NULL WHERE outcome IS NULL".formatted(NAME);

    private static final String BEGIN = "INSERT INTO %s (from_version, to_version) VALUES (?, ?)".formatted(NAME);

    private static final String MIGRATING_NONE = "UPDATE %s SET migrating = NULL WHERE outcome IS NULL".formatted(NAME);

    private static final String MIGRATING = "UPDATE %s SET migrating = ? WHERE outcome IS NULL".formatted(NAME);

    private static final String END =
            "UPDATE %s SET ended_at = now(), outcome = ?, detail = ?, migrating = NULL WHERE outcome IS NULL"
                    .formatted(NAME);

    private static final String NOW_MIGRATING =
            "SELECT migrating FROM %s WHERE outcome IS NULL AND migrating IS NOT NULL ORDER BY id DESC LIMIT 1"
                    .formatted(NAME);

    private static final String NEWEST_OVER = """
            SELECT from_version, to_version, started_at, extract(epoch FROM ended_at - started_at) AS seconds,
                   coalesce(outcome, ?) AS outcome, detail
            FROM %s
            WHERE outcome IS NOT NULL OR NOT ?
            ORDER BY id DESC
            LIMIT 1
            """.formatted(NAME);

    private Journal() {}

    /** Writes that an upgrade begins; whichever was begun before was killed. */
    static void begin(Connection connection, SchemaVersion from, SchemaVersion to) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
        }
        update(connection, CLOSE_KILLED, word(Outcome.INTERRUPTED));
        update(connection, BEGIN, from.number(), to.number());
    }

    /** Writes which migration is applied now. */
    static void migrating(Connection connection, SchemaVersion version) throws SQLException {
        update(connection, MIGRATING, version.number());
    }

    /** Writes that no migration is applied now, but something before, between or after them is done. */
    static void betweenMigrations(Connection connection) throws SQLException {
        update(connection, MIGRATING_NONE);
    }

    /** Writes what came of the upgrade. */
    static void end(Connection connection, Outcome outcome, List<String> details) throws SQLException {
        update(connection, END, word(outcome), String.join("; ", details));
    }

    /** The migration that is applied now, provided that an upgrade runs; the table must be there. */
    static Optional<SchemaVersion> nowMigrating(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(NOW_MIGRATING)) {
            return row.next() ? Optional.of(new SchemaVersion(row.getLong(1))) : Optional.empty();
        }
    }

    /** The newest upgrade that is over; the table must be there. */
    static Optional<LastUpgrade> last(Connection connection, boolean inProgress) throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(NEWEST_OVER)) {
            question.setString(1, word(Outcome.INTERRUPTED));
            question.setBoolean(2, inProgress);
            try (ResultSet row = question.executeQuery()) {
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

    private static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private static void update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}

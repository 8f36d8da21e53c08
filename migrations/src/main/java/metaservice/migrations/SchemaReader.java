package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Finds out how a database's schema stands; only reads. Immutable. */
final class SchemaReader {

    /** Where the tables and our ledger live; the statements of the services follow the search path, which leads here. */
    static final String SCHEMA = "public";

    /** Name of our ledger, Flyway's own. */
    static final String LEDGER = "flyway_schema_history";

    // flows_v3 first: our ledger is made before it, so whoever sees it sees the ledger, too.
    private static final String WHAT_IS_THERE = """
            SELECT to_regclass('%1$s.flows_v3') IS NOT NULL AS flows,
                   to_regclass('%1$s.%2$s') IS NOT NULL AS flyway,
                   to_regclass('%1$s.goose_db_version') IS NOT NULL AS goose,
                   to_regclass('%1$s.%3$s') IS NOT NULL AS floor,
                   %4$s AS in_progress
            """.formatted(SCHEMA, LEDGER, Floor.TABLE, UpgradeLock.IS_HELD);

    private static final String NEWEST_BY_FLYWAY =
            "SELECT max(version::bigint) FROM %s.%s WHERE success AND version ~ '^[0-9]{1,18}$'"
                    .formatted(SCHEMA, LEDGER);

    // Not the highest number: the newest row that no later row takes back.
    private static final String NEWEST_BY_GOOSE = """
            SELECT applied.version_id
            FROM %1$s.goose_db_version applied
            WHERE applied.is_applied
              AND NOT EXISTS (SELECT FROM %1$s.goose_db_version later
                              WHERE later.version_id = applied.version_id
                                AND later.id > applied.id
                                AND NOT later.is_applied)
            ORDER BY applied.id DESC
            LIMIT 1
            """.formatted(SCHEMA);

    private final List<SchemaVersion> bundled;

    SchemaReader(List<SchemaVersion> bundled) {
        this.bundled = bundled;
    }

    /** Reads it all over one connection, which must be in autocommit mode. */
    SchemaStatus read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Found found = found(statement);
            SchemaState state = found.state();
            SchemaVersion version = version(statement, state);
            Optional<ServiceVersion> floor = found.floor() ? Floor.read(statement) : Optional.empty();
            return new SchemaStatus(state, version, bundled, unapplied(version), found.inProgress(), floor);
        }
    }

    /** What our ledger holds, whether the tables are there or not; zero if there is no ledger. */
    SchemaVersion ledgerVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return found(statement).flyway() ? newest(statement, NEWEST_BY_FLYWAY) : SchemaVersion.ZERO;
        }
    }

    private List<SchemaVersion> unapplied(SchemaVersion version) {
        boolean known = version.equals(SchemaVersion.ZERO) || bundled.contains(version);
        return bundled.stream()
                .filter(one -> !known || one.compareTo(version) > 0)
                .toList();
    }

    private static Found found(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(WHAT_IS_THERE)) {
            row.next();
            return new Found(
                    row.getBoolean("flows"),
                    row.getBoolean("flyway"),
                    row.getBoolean("goose"),
                    row.getBoolean("floor"),
                    row.getBoolean("in_progress"));
        }
    }

    private static SchemaVersion version(Statement statement, SchemaState state) throws SQLException {
        return switch (state) {
            case EMPTY, NO_LEDGER -> SchemaVersion.ZERO;
            case GOOSE -> newest(statement, NEWEST_BY_GOOSE);
            case FLYWAY -> newest(statement, NEWEST_BY_FLYWAY);
        };
    }

    private static SchemaVersion newest(Statement statement, String question) throws SQLException {
        try (ResultSet row = statement.executeQuery(question)) {
            // No row, or the null of a maximum over none: the ledger is there but tells nothing.
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    private record Found(boolean flows, boolean flyway, boolean goose, boolean floor, boolean inProgress) {
        SchemaState state() {
            if (!flows) {
                return SchemaState.EMPTY;
            }
            if (flyway) {
                return SchemaState.FLYWAY;
            }
            return goose ? SchemaState.GOOSE : SchemaState.NO_LEDGER;
        }
    }
}

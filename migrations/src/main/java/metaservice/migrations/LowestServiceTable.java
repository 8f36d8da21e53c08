package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code metaservice_floor}: one row with the lowest service version that can run on this database. It is
 * stored in the database so that an image that is older than the schema can detect that it must not serve. Immutable.
 */
final class LowestServiceTable {

    static final String TABLE = "metaservice_floor";

    private static final String CREATE = "CREATE TABLE IF NOT EXISTS %s"
            + " (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), lowest_service text NOT NULL)";

    private static final String READ = "SELECT lowest_service FROM %s";

    private static final String STORE =
            "INSERT INTO %s (lowest_service) VALUES (?) ON CONFLICT (only_row) DO UPDATE SET lowest_service = excluded.lowest_service";

    private final String table;

    LowestServiceTable(DatabaseSchema schema) {
        this.table = schema.qualified(TABLE);
    }

    /** Reads the stored version; empty if the row is missing. The table must exist. */
    Optional<ServiceVersion> read(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(READ.formatted(table))) {
            return row.next() ? Optional.of(ServiceVersion.parse(row.getString(1))) : Optional.empty();
        }
    }

    /**
     * Stores a version if it is higher than the stored one. Call it before the migration that needs the version, so
     * that an older image that starts meanwhile does not serve the new schema. Older nodes that already run must be
     * notified.
     *
     * @return whether the stored version changed
     */
    boolean raise(Connection connection, ServiceVersion lowest) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE.formatted(table));
            Optional<ServiceVersion> stored = read(statement);
            boolean higher = stored.isEmpty() || stored.get().compareTo(lowest) < 0;
            if (higher) {
                store(connection, lowest);
            }
            return higher;
        }
    }

    /** The SQL of {@link #raise} for a version that is higher, for people; the name of the table is unqualified. */
    static List<String> statements(ServiceVersion lowest) {
        return List.of(CREATE.formatted(TABLE), STORE.formatted(TABLE).replace("?", "'" + lowest + "'"));
    }

    private void store(Connection connection, ServiceVersion lowest) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STORE.formatted(table))) {
            statement.setString(1, lowest.toString());
            statement.executeUpdate();
        }
    }
}

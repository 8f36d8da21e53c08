package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The lowest service version that can run on a database, stored in the database itself, so that an image that is older
 * than the schema knows whether it may run. One row in a table of its own.
 */
final class Floor {

    static final String TABLE = "metaservice_floor";

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s.%s (
                only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                lowest_service text NOT NULL
            )
            """.formatted(Names.SCHEMA, TABLE);

    private static final String READ = "SELECT lowest_service FROM %s.%s".formatted(Names.SCHEMA, TABLE);

    private static final String STORE =
            "INSERT INTO %s.%s (lowest_service) VALUES (?) ON CONFLICT (only_row) DO UPDATE SET lowest_service = excluded.lowest_service"
                    .formatted(Names.SCHEMA, TABLE);

    private Floor() {}

    /** Reads the floor; the table must be there. */
    static Optional<ServiceVersion> read(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(READ)) {
            return row.next() ? Optional.of(ServiceVersion.parse(row.getString(1))) : Optional.empty();
        }
    }

    /**
     * Raises the floor; never lowers it. To be called before the migration that needs it, so that no moment exists in which
     * an older image that starts believes it may run; those that run have to be notified.
     *
     * @return whether the stored floor is another one now
     */
    static boolean raise(Connection connection, ServiceVersion lowest) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
            Optional<ServiceVersion> stored = read(statement);
            boolean higher = stored.isEmpty() || stored.get().compareTo(lowest) < 0;
            if (higher) {
                store(connection, lowest);
            }
            return higher;
        }
    }

    private static void store(Connection connection, ServiceVersion lowest) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STORE)) {
            statement.setString(1, lowest.toString());
            statement.executeUpdate();
        }
    }
}

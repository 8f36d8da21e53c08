package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The notification on {@link Migrations#CHANNEL} that informs all nodes of a schema change. */
final class SchemaNotification {

    private SchemaNotification() {}

    /** Sends the notification immediately; the connection must be in autocommit mode. */
    static void send(Connection connection, SchemaVersion version) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            statement.setString(1, Migrations.CHANNEL);
            statement.setString(2, version.toString());
            statement.execute();
        }
    }
}

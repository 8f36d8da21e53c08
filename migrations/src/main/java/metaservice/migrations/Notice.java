package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The notification by which an upgrade wakes all nodes that listen on {@link Migrations#CHANNEL}. */
final class Notice {

    private Notice() {}

    /** Sends it at once, over a connection in autocommit mode. */
    static void send(Connection connection, SchemaVersion version) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            statement.setString(1, Migrations.CHANNEL);
            statement.setString(2, version.toString());
            statement.execute();
        }
    }
}

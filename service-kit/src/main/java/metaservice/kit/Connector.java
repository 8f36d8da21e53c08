package metaservice.kit;

import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import metaservice.spi.DatabaseAccess;
import org.postgresql.Driver;
import org.postgresql.jdbc.AutoSave;

/**
 * Opens connections to one address, with the login of that moment and the sockets of the launcher. Thread-safe.
 *
 * @param url JDBC address
 * @param access the launcher's settings
 */
record Connector(String url, DatabaseAccess access) {

    private static final Driver DRIVER = new Driver();

    private static final String CONNECT_TIMEOUT = "connectTimeout";
    private static final String SOCKET_TIMEOUT = "socketTimeout";

    /** Longest time to connect; no request waits longer for a connection. */
    private static final Duration LONGEST_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Settings of a session cost a round trip, which also tells its process: a pooler reports an id of its own. */
    private static final String BEGIN_SESSION = "SELECT set_config('statement_timeout', ?, false), pg_backend_pid()";

    /** Opens a connection of the pool. */
    Connection open(WatchedConnection watched) throws SQLException {
        boolean opened = false;
        String key = LauncherSockets.register(() -> socket(watched));
        try {
            Connection connection = DRIVER.connect(url, properties(key));
            watched.opened(access.poolsTransactions() ? OptionalInt.empty() : beginSession(connection));
            opened = true;
            return connection;
        } finally {
            LauncherSockets.unregister(key);
            if (!opened) {
                watched.failed();
            }
        }
    }

    /** Opens a connection that is used for one check. */
    Connection openForCheck(Duration timeout) throws SQLException {
        String key = LauncherSockets.register(access.sockets()::createSocket);
        try {
            Properties properties = properties(key);
            String seconds = Long.toString(timeout.toSeconds());
            properties.setProperty(CONNECT_TIMEOUT, seconds);
            properties.setProperty(SOCKET_TIMEOUT, seconds);
            properties.setProperty("loginTimeout", seconds);
            return DRIVER.connect(url, properties);
        } finally {
            LauncherSockets.unregister(key);
        }
    }

    private Socket socket(WatchedConnection watched) throws IOException {
        if (watched.isOpen()) {
            return access.sockets().createSocket(); // for a cancel request
        }
        Socket socket = access.sockets(watched).createSocket();
        watched.connecting(socket);
        return socket;
    }

    private Properties properties(String socketsKey) {
        Properties properties = new Properties();
        Map<String, String> current = access.properties();
        properties.putAll(current);
        properties.setProperty(CONNECT_TIMEOUT, connectTimeout(current.getOrDefault(CONNECT_TIMEOUT, "0")));
        properties.setProperty("socketFactory", LauncherSockets.class.getName());
        properties.setProperty("socketFactoryArg", socketsKey);
        // Numbers are written to answers as the text that the server sends; bytes would be twice as long as text.
        properties.setProperty("binaryTransfer", "false");
        properties.setProperty("binaryTransferEnable", "BYTEA");
        // A migration may change the type of a column while a statement on it is prepared. With this setting the driver
        // also
        // prepares the statement again inside a transaction. Without prepared statements it would only cost time.
        if (!access.poolsTransactions()) {
            properties.setProperty("autosave", AutoSave.CONSERVATIVE.value());
        }
        return properties;
    }

    /** The limit of the pool, or a shorter one of the operator; 0 means that there is none. */
    private static String connectTimeout(String configured) {
        long seconds = Long.parseLong(configured);
        long longest = LONGEST_CONNECT_TIMEOUT.toSeconds();
        return Long.toString(seconds == 0 ? longest : Math.min(seconds, longest));
    }

    /** Sets the statement timeout; returns the id of the server process. */
    private OptionalInt beginSession(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN_SESSION)) {
            statement.setString(1, Long.toString(access.timeout().toMillis()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return OptionalInt.of(row.getInt(2));
            }
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }
}

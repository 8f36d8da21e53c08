package metaservice.conformance;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;

/** A separate PostgreSQL server for one test that cannot use the shared one: a replica, or a server with SSL. */
final class PostgresServer implements AutoCloseable {

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts it on a free port of the loopback address.
     *
     * @param data an empty folder; the server stores its data there
     */
    static PostgresServer start(Path data, Map<String, String> settings) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setServerConfig("listen_addresses", "localhost")
                .setServerConfig("fsync", "off")
                .setLocaleConfig("lc-messages", "C")
                .setPGStartupWait(Duration.ofSeconds(60));
        settings.forEach(builder::setServerConfig);
        return new PostgresServer(builder.start());
    }

    int port() {
        return server.getPort();
    }

    DataSource dataSource(String database) {
        return server.getDatabase("postgres", database);
    }

    /** Runs one statement in the database {@code postgres}. */
    void execute(String sql) throws SQLException {
        try (Connection connection = dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

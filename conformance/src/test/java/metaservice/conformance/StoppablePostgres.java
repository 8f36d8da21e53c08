package metaservice.conformance;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A PostgreSQL server that a test can stop, kill, copy and restart on the same port. */
final class StoppablePostgres implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Path data;
    private EmbeddedPostgres server;
    private boolean killed;

    private StoppablePostgres(Path data, EmbeddedPostgres server) {
        this.data = data;
        this.server = server;
    }

    /**
     * Starts it on a free port of the loopback address.
     *
     * @param data a folder that does not exist, is empty, or contains the data of a stopped server
     */
    static StoppablePostgres start(Path data) throws IOException {
        return new StoppablePostgres(data, run(data, 0));
    }

    private static EmbeddedPostgres run(Path data, int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("listen_addresses", "localhost")
                .setServerConfig("fsync", "off")
                .setServerConfig("unix_socket_directories", "")
                .setLocaleConfig("lc-messages", "C")
                .setPGStartupWait(START);
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    int port() {
        return server.getPort();
    }

    DataSource dataSource() {
        return server.getPostgresDatabase();
    }

    /** The environment variables that name its database {@code postgres}. */
    Map<String, String> environment() {
        return Map.of("MF_METADATA_DB_HOST", "localhost", "MF_METADATA_DB_PORT", Integer.toString(port()));
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Whether a launcher listens for notifications of schema changes. */
    boolean hasListener() throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select 1 from pg_stat_activity where query like 'LISTEN%'")) {
            return rows.next();
        }
    }

    /** Stops the server in fast mode: connections are closed. */
    void stop() throws IOException {
        server.close();
    }

    /** Restarts the server after {@link #stop} on the same port. */
    void restart() throws IOException {
        server = run(data, server.getPort());
    }

    /** Kills the main process; the other processes end when they detect it. */
    void kill() throws IOException, InterruptedException {
        try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
            long pid = Long.parseLong(lines.findFirst().orElseThrow().strip());
            ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
            process.destroyForcibly();
            killed = true;
            process.onExit().orTimeout(START.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    /**
     * Creates a replica that follows this server, from a copy of its data. The server is stopped while its data are copied.
     *
     * @param copy a folder that does not exist yet
     */
    StoppablePostgres replicate(Path copy) throws IOException {
        int port = port();
        stop();
        copy(data, copy);
        server = run(data, port);
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + port + " user=postgres'\n");
        return start(copy);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
    }

    @Override
    public void close() throws IOException {
        if (!killed) {
            server.close();
        }
    }
}

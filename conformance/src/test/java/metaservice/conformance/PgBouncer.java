package metaservice.conformance;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import org.junit.jupiter.api.Assumptions;

/**
 * A PgBouncer process (Debian package) in front of the server of a test database, on a free port of the loopback
 * address.
 */
final class PgBouncer implements AutoCloseable {

    private static final List<Path> PROGRAM_PATHS =
            List.of(Path.of("/usr/sbin/pgbouncer"), Path.of("/usr/bin/pgbouncer"));
    private static final long STOP_SECONDS = 10;
    private static final int FIRST_PORT = 16_000;
    private static final int LAST_PORT = 30_000;
    private static final int PORT_ATTEMPTS = 10;

    private final Process process;
    private final Path folder;
    private final int port;

    private PgBouncer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts PgBouncer and waits until it accepts connections. If the program is not installed, the test is skipped,
     * except on CI, where it fails.
     *
     * @param poolMode {@code session} or {@code transaction}
     */
    static PgBouncer before(TestDatabase database, String poolMode) throws IOException {
        Path program = program();
        int port = freePort();
        // PgBouncer does not run as root, and the user it changes to must be able to read these files.
        Path folder = Files.createTempDirectory(
                "pgbouncer", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path users = Files.writeString(folder.resolve("users.txt"), "\"postgres\" \"postgres\"\n");
        Path settings = Files.writeString(
                folder.resolve("pgbouncer.ini"),
                String.join(
                        "\n",
                        "[databases]",
                        "* = host=127.0.0.1 port=" + database.environment().get("MF_METADATA_DB_PORT"),
                        "[pgbouncer]",
                        "listen_addr = 127.0.0.1",
                        "listen_port = " + port,
                        "unix_socket_dir =",
                        "auth_type = trust",
                        "auth_file = " + users,
                        "pool_mode = " + poolMode,
                        "ignore_startup_parameters = extra_float_digits",
                        ""));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        PgBouncer started = new PgBouncer(process, folder, port);
        Eventually.await(
                "PgBouncer acceptsConnections connections", () -> started.acceptsConnections() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("PgBouncer ended: " + Files.readString(folder.resolve("log")));
        }
        return started;
    }

    /** Environment variables that configure a launcher to use the database through PgBouncer. */
    Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_DB_HOST", "127.0.0.1");
        environment.put("MF_METADATA_DB_PORT", Integer.toString(port));
        return environment;
    }

    /** Stops PgBouncer and deletes its files. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        for (String file : List.of("log", "pgbouncer.ini", "users.txt")) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Files.delete(folder);
    }

    private static Path program() {
        Optional<Path> found =
                PROGRAM_PATHS.stream().filter(Files::isExecutable).findFirst();
        if (found.isEmpty() && System.getenv("CI") == null) {
            Assumptions.abort("PgBouncer is not installed (Debian: apt-get install pgbouncer)");
        }
        return found.orElseThrow(() -> new AssertionError("PgBouncer is not installed on CI"));
    }

    private boolean acceptsConnections() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** A free port below those that the system gives to other tests' sockets meanwhile. */
    static int freePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}

package metaservice.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import metaservice.migrations.TestDatabase;

/**
 * A PgBouncer process (Debian package) in front of the server of a test database, on a free port of the loopback
 * address.
 */
final class PgBouncer implements AutoCloseable {

    private final ServerProgram program;

    private PgBouncer(ServerProgram program) {
        this.program = program;
    }

    /**
     * Starts PgBouncer and waits until it accepts connections. If the program is not installed, the test is skipped,
     * except on CI, where it fails.
     *
     * @param poolMode {@code session} or {@code transaction}
     */
    static PgBouncer before(TestDatabase database, String poolMode) throws IOException {
        Path program = ServerProgram.find("pgbouncer");
        int port = ServerProgram.freePort();
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
                        // Few sessions, so that clients share them in transaction mode.
                        "default_pool_size = " + (poolMode.equals("transaction") ? 3 : 20),
                        ""));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        return new PgBouncer(ServerProgram.start(command, folder, port));
    }

    /** Environment variables that configure a launcher to use the database through PgBouncer. */
    Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_DB_HOST", "127.0.0.1");
        environment.put("MF_METADATA_DB_PORT", Integer.toString(program.port()));
        return environment;
    }

    /** Stops PgBouncer and deletes its files. */
    @Override
    public void close() throws IOException {
        program.close();
    }
}

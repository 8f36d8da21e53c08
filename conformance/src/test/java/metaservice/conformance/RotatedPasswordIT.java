package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords, or whole connection strings, whose files change while the launcher runs. */
@Tag("extended")
class RotatedPasswordIT {

    @TempDir
    private Path folder;

    /** A server that asks these roles for a password; both are superusers, so that either can upgrade. */
    private StoppablePostgres server() throws Exception {
        StoppablePostgres server = StoppablePostgres.start(folder.resolve("data"));
        for (String role : List.of("first", "second")) {
            server.execute("CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD 'one'");
        }
        Path rules = folder.resolve("data/pg_hba.conf");
        Files.writeString(rules, "host all first,second all scram-sha-256\n" + Files.readString(rules));
        server.execute("SELECT pg_reload_conf()");
        return server;
    }

    private static void endSessions(StoppablePostgres server) throws Exception {
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('first', 'second')");
    }

    private static int status(LauncherProcess launcher, String path) throws Exception {
        return launcher.ask("GET", path, NullNode.getInstance()).status();
    }

    @Test
    void newPasswordIsReadFromItsFile() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "one\n");
        try (StoppablePostgres server = server()) {
            Map<String, String> environment = new HashMap<>(server.environment());
            environment.put("MF_METADATA_DB_USER", "first");
            environment.put("MF_METADATA_DB_PSWD_FILE", file.toString());
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertEquals(200, launcher.createFlow("Before").status());
                // The server changes first, so that connections are refused for a while.
                server.execute("ALTER ROLE first PASSWORD 'two'");
                endSessions(server);
                Eventually.await("the database refuses the login", () -> status(launcher, "/flows") == 503);
                Eventually.await(
                        "the log names the reason", () -> launcher.log().contains("password refused for user first"));
                assertEquals(503, status(launcher, "/ready"));
                Files.writeString(file, "two\n");
                Eventually.await("requests are answered", () -> status(launcher, "/flows") == 200);
                Eventually.await("the launcher listens", server::hasListener);
                Eventually.await("the service is ready", () -> status(launcher, "/ready") == 200);
                assertEquals(200, launcher.schemaStatus().status());
                // Sessions that have begun stay, and nothing is refused when the file changes first.
                Files.writeString(file, "three");
                server.execute("ALTER ROLE first PASSWORD 'three'");
                endSessions(server);
                Eventually.await("requests are answered", () -> status(launcher, "/flows") == 200);
                assertEquals(200, launcher.upgrade().status());
                launcher.stop();
                assertEquals(List.of(), launcher.errors());
                assertTrue(
                        launcher.log().lines().noneMatch(line -> line.contains("'two'") || line.contains("three")),
                        launcher::log);
            }
        }
    }

    /** As with roles that a secret store creates for a limited time. */
    @Test
    void newUserIsReadFromTheConnectionString() throws Exception {
        try (StoppablePostgres server = server()) {
            String address = "@localhost:" + server.port() + "/postgres";
            Path file = Files.writeString(folder.resolve("dsn"), "postgres://first:one" + address);
            try (LauncherProcess launcher = LauncherProcess.start(Map.of("MF_METADATA_DB_DSN_FILE", file.toString()))) {
                assertEquals(200, launcher.createFlow("Before").status());
                Files.writeString(file, "postgres://second:one" + address);
                server.execute("ALTER ROLE first NOLOGIN");
                endSessions(server);
                Eventually.await("requests are answered", () -> status(launcher, "/flows") == 200);
                assertEquals(Optional.of(Generation.newestVersion()), launcher.servingVersion());
                assertEquals(200, launcher.schemaStatus().status());
                launcher.stop();
                assertEquals(List.of(), launcher.errors());
            }
        }
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Settings with characters that are not ASCII, in processes without a locale. The login succeeds, and then the server
 * refuses the database that does not exist; with a wrong password it would refuse the login. A shell sets the variables,
 * because the Java of this test may run without a locale, too.
 */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocaleIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String ROLE = "b\u00e4r";
    private static final String PASSWORD = "p\u00e4ssw\u00f6rd \u20ac \ud83d\ude00";
    private static final String DATABASE = "nowh\u00e9re";

    private Path folder;
    private PostgresServer server;

    @BeforeAll
    void startServer(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Path data = folder.resolve("data");
        server = PostgresServer.start(data, Map.of("password_encryption", "scram-sha-256"));
        server.execute("CREATE ROLE \"" + ROLE + "\" LOGIN PASSWORD '" + PASSWORD + "'");
        Files.writeString(data.resolve("pg_hba.conf"), "host all postgres all trust\nhost all all all scram-sha-256\n");
        server.execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) { // it may not have started
            server.close();
        }
    }

    @ParameterizedTest(name = "''{0}''")
    @ValueSource(
            strings = {"", "LC_ALL=C", "LC_ALL=POSIX", "LANG=C", "LC_CTYPE=C", "LANG=xx_XX.UTF-8", "LC_ALL=C.UTF-8"})
    void passwordIsDecodedAsUtf8(String locale) throws Exception {
        assertLoggedIn(run(locale, "MF_METADATA_DB_PSWD='" + PASSWORD + "'"));
    }

    @ParameterizedTest(name = "''{0}''")
    @ValueSource(strings = {"", "LC_ALL=C"})
    void dsnAndPathsAreDecodedAsUtf8(String locale) throws Exception {
        String file = folder + "/pass\u00e9"; // no Path, which this Java may not be able to make of these characters
        assertLoggedIn(
                run(locale, "MF_METADATA_DB_PSWD_FILE='" + file + "'; printf %s '" + PASSWORD + "' > '" + file + "'"));
        assertLoggedIn(run(
                locale,
                "MF_METADATA_DB_DSN=\"host=127.0.0.1 port=" + server.port() + " user=" + ROLE + " dbname=" + DATABASE
                        + " password='" + PASSWORD + "'\""));
    }

    private static void assertLoggedIn(ToolRun run) {
        assertEquals(1, run.exit(), run::toString);
        assertTrue(run.stderr().contains("\"" + DATABASE + "\" does not exist"), run::stderr);
    }

    /** Runs the launcher in an environment that has nothing but these variables. */
    private ToolRun run(String locale, String assignments) throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("start"),
                String.join(
                        "\n",
                        "set -a",
                        "MF_METADATA_HOST=127.0.0.1 MF_METADATA_PORT=0 MF_MIGRATION_PORT=0",
                        "LOGLEVEL=ERROR MF_SERVICE_CONNECTION_RETRIES=1",
                        "MF_METADATA_DB_HOST=127.0.0.1 MF_METADATA_DB_PORT=" + server.port(),
                        "MF_METADATA_DB_USER='" + ROLE + "' MF_METADATA_DB_NAME='" + DATABASE + "'",
                        assignments,
                        "exec '" + Distribution.assembled().program("metaservice") + "'",
                        ""));
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-i",
                "PATH=/usr/bin:/bin",
                "JAVA_HOME=" + JavaHome.running().folder()));
        if (!locale.isEmpty()) {
            command.add(locale);
        }
        command.addAll(List.of("JAVA_OPTS=" + LauncherProcess.SHORT_LIVED, "sh", script.toString()));
        return ToolRun.of(command, TIMEOUT);
    }
}

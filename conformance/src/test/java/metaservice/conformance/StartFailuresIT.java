package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A launcher that cannot start prints the reason in one sentence and exits with the documented code. */
class StartFailuresIT {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String SECRET = "s3cret-of-the-test";

    @ParameterizedTest
    @ValueSource(strings = {"MF_METADATA_PORT", "MF_MIGRATION_PORT"})
    void theErrorNamesAPortInUse(String variable) throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put(variable, Integer.toString(taken.getLocalPort()));
            ToolRun run = run(environment);
            assertOneSentence(FAILED, run, Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void theErrorNamesADatabaseThatRefusesTheLoginWithoutThePassword() throws Exception {
        try (Socket bound = new Socket()) {
            // Bound without listening: connections are refused, and no other process gets the port.
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ToolRun run = run(Map.of(
                    "MF_METADATA_DB_HOST",
                    "127.0.0.1",
                    "MF_METADATA_DB_PORT",
                    Integer.toString(bound.getLocalPort()),
                    "MF_METADATA_DB_PSWD",
                    SECRET));
            assertOneSentence(FAILED, run, "127.0.0.1:" + bound.getLocalPort());
        }
    }

    @Test
    void theErrorNamesADatabaseThatDoesNotExist() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_NAME", "no_such_database");
            assertOneSentence(FAILED, run(environment), "no_such_database");
        }
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "MF_METADATA_PORT, http", // of the launcher
        "MF_METADATA_DB_TIMEOUT, long", // of the database
        "MF_METADATA_DB_PSWD_FILE, /no/such/file"
    })
    void theErrorNamesAMalformedSetting(String variable, String value) throws Exception {
        assertMalformed(variable, value);
    }

    @Tag("extended")
    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "MF_METADATA_PORT, 65536",
        "MF_MIGRATION_PORT, -1",
        "MF_MIGRATION_ENDPOINTS_ENABLED, yes",
        "PATH_PREFIX, api",
        "LOGLEVEL, LOUD",
        "MF_SERVICE_CONNECTION_RETRIES, often",
        "MF_METADATA_DB_PORT, five",
        "MF_METADATA_DB_POOL_MAX, many"
    })
    void theErrorNamesAnyMalformedSetting(String variable, String value) throws Exception {
        assertMalformed(variable, value);
    }

    private static void assertMalformed(String variable, String value) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of("MF_METADATA_DB_PSWD", SECRET));
        environment.put(variable, value);
        assertOneSentence(USAGE, LauncherProcess.runToEnd(environment), variable);
    }

    @Test
    void theErrorNamesAllMalformedSettings() throws Exception {
        ToolRun run = LauncherProcess.runToEnd(
                Map.of("MF_METADATA_PORT", "http", "PATH_PREFIX", "api", "MF_METADATA_DB_POOL_MAX", "many"));
        assertEquals(USAGE, run.exit());
        assertEquals(3, run.stderr().lines().count(), run::stderr);
        List.of("MF_METADATA_PORT", "PATH_PREFIX", "MF_METADATA_DB_POOL_MAX")
                .forEach(name -> assertTrue(run.stderr().contains(name), run::stderr));
    }

    @Test
    void anUnknownOptionIsWrongUsage() throws Exception {
        ToolRun run = LauncherProcess.runToEnd(Map.of(), "--bogus");
        assertOneSentence(USAGE, run, "--bogus");
    }

    @Test
    void helpNamesTheSettings() throws Exception {
        ToolRun run = LauncherProcess.runToEnd(Map.of(), "--help");
        assertEquals(0, run.exit());
        List.of("MF_METADATA_PORT", "MF_MIGRATION_PORT", "MF_METADATA_DB_HOST", "--embedded", "--fresh")
                .forEach(name -> assertTrue(run.stdout().contains(name), run::stdout));
    }

    /** Runs the launcher without log output and without retries of the database connection. */
    private static ToolRun run(Map<String, String> environment) throws IOException, InterruptedException {
        Map<String, String> quiet = new HashMap<>(Map.of("LOGLEVEL", "ERROR", "MF_SERVICE_CONNECTION_RETRIES", "1"));
        quiet.putAll(environment);
        return LauncherProcess.runToEnd(quiet);
    }

    private static void assertOneSentence(int exit, ToolRun run, String fact) {
        assertEquals(exit, run.exit(), run::stderr);
        assertEquals("", run.stdout());
        assertEquals(1, run.stderr().lines().count(), run::stderr);
        assertTrue(run.stderr().contains(fact), run::stderr);
        assertFalse(run.stderr().contains(SECRET), run::stderr);
    }
}

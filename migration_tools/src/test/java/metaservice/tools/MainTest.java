package metaservice.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private static final Timeouts LONG = new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMillis(10),
            Duration.ZERO);
    private static final Timeouts SHORT = new Timeouts(
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            Duration.ofMillis(10),
            Duration.ofMillis(10));

    private static final String STATUS = "{\"is_up_to_date\": false, \"current_version\": \"1\","
            + " \"migration_in_progress\": false, \"db_schema_versions\": [\"1\", \"2\"],"
            + " \"unapplied_migrations\": [\"2\"]}";

    private static final String RUNNING = STATUS.replace("_in_progress\": false", "_in_progress\": true");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void statusIsPrintedInTheFormatOfTheReference() throws IOException {
        try (FakeService service = new FakeService().answering(200, STATUS)) {
            assertEquals(0, run("db-status", "--base-url", service.url()));
            assertEquals(List.of("GET /db_schema_status 0 bytes"), service.requests());
        }
        assertEquals(
                "{'is_up_to_date': False, 'current_version': '1', 'migration_in_progress': False,"
                        + " 'db_schema_versions': ['1', '2'], 'unapplied_migrations': ['2']}\n",
                text(out));
        assertEquals("", text(err));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "0  | {'is_up_to_date': true, 'current_version': '2', 'migration_in_progress': false, 'drift': []}",
                "10 | {'is_up_to_date': false, 'current_version': '1', 'migration_in_progress': false, 'drift': []}",
                "11 | {'is_up_to_date': false, 'current_version': '1', 'migration_in_progress': true, 'drift': []}",
                "12 | {'is_up_to_date': true, 'current_version': '2', 'drift': [{'name': 'x'}]}",
                "1  | {'other': 1}"
            })
    void exitCodeOfACheckTellsStatesApart(int code, String status) throws IOException {
        try (FakeService service = new FakeService().answering(200, status.replace('\'', '"'))) {
            assertEquals(code, run("db-status", "--check", "--base-url", service.url()));
        }
    }

    @Test
    void waitEndsWhenTheConditionHolds() throws IOException {
        String serving = "{\"current_version\": \"2\", \"service\": {\"version\": \"3.0.0\", \"state\": \"serving\"}}";
        try (FakeService service = new FakeService()
                .answering(503, "")
                .answering(200, serving.replace("serving", "starting"))
                .answering(200, serving.replace("3.0.0", "2.5.1"))
                .answering(200, serving)) {
            assertEquals(0, run("wait", "--for", "service=3", "--base-url", service.url()));
            assertEquals(4, service.requests().size());
        }
    }

    @Test
    void waitThatEndsTooEarlySaysWhatIsMissing() throws IOException {
        try (FakeService service = new FakeService()) {
            for (int i = 0; i < 1000; i++) {
                service.answering(200, STATUS);
            }
            assertEquals(1, run("wait", "--for", "up-to-date", "--timeout", "1", "--base-url", service.url()));
        }
        assertEquals("not ready after 1 s: migrations are pending\n", text(err));
    }

    @Test
    void statusIsJsonOnRequest() throws IOException {
        try (FakeService service = new FakeService().answering(200, STATUS)) {
            assertEquals(0, run("db-status", "--json", "--base-url=" + service.url() + "/"));
        }
        assertEquals(STATUS.replace(" ", "") + "\n", text(out));
    }

    @Test
    void upgradeSendsOneRequestWithoutBody() throws IOException {
        try (FakeService service = new FakeService().answering(200, "upgrade success")) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
            assertEquals(List.of("PATCH /upgrade 0 bytes"), service.requests());
        }
        assertEquals("upgrade success\n", text(out));
    }

    @Test
    void upgradeJoinsARunningUpgrade() throws IOException {
        try (FakeService service = new FakeService()
                .answering(202, "still running")
                .answering(202, "still running")
                .answering(200, "upgrade success")) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
            assertEquals(Collections.nCopies(3, "PATCH /upgrade 0 bytes"), service.requests());
        }
        assertEquals("upgrade success\n", text(out));
    }

    @Test
    void upgradeFailsIfTheUpgradeOnAnotherNodeFails() throws IOException {
        try (FakeService service =
                new FakeService().answering(202, "running on another node").answering(500, "upgrade failed")) {
            assertEquals(1, run("upgrade", "--base-url", service.url()));
        }
        assertFailedWith("answered 500: upgrade failed");
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void upgradeInterruptedByAGatewayIsFollowedToItsEnd(int status) throws IOException {
        try (FakeService service = new FakeService()
                .answering(status, "<html>")
                .answering(status, "<html>")
                .answering(200, RUNNING)
                .answering(200, RUNNING)
                .answering(200, STATUS.replaceFirst("false", "true"))) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
            assertEquals(5, service.requests().size());
            assertEquals(
                    1,
                    service.requests().stream()
                            .filter(request -> request.startsWith("PATCH"))
                            .count());
        }
        assertEquals("upgrade success\n", text(out));
    }

    @Test
    void interruptedUpgradeThatFailsIsAFailure() throws IOException {
        String failed = STATUS.replaceFirst("}$", ", \"last_upgrade\": {\"outcome\": \"failed\", \"detail\": \"no\"}}");
        try (FakeService service = new FakeService()
                .answering(504, "<html>")
                .answering(200, RUNNING)
                .answering(200, failed)) {
            assertEquals(1, run("upgrade", "--base-url", service.url()));
        }
        assertFailedWith("the upgrade failed: no");
    }

    /** It began and ended between two looks at the status. An older failure of the database does not count. */
    @Test
    void failureThatWasNotSeenRunningIsFound() throws IOException {
        try (FakeService service = new FakeService()
                .answering(504, "<html>")
                .answering(200, failedAt("2026-01-01T00:00:00Z", "old"))
                .answering(504, "<html>")
                .answering(200, failedAt("2026-01-01T00:00:09Z", "new"))) {
            assertEquals(1, run("upgrade", "--base-url", service.url()));
        }
        assertFailedWith("the upgrade failed: new");
    }

    @Test
    void olderFailureIsNotThatOfTheInterruptedUpgrade() throws IOException {
        String old = failedAt("2026-01-01T00:00:00Z", "old");
        try (FakeService service =
                new FakeService().answering(504, "<html>").answering(200, old).answering(200, "upgrade success")) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
        }
        assertEquals("upgrade success\n", text(out));
    }

    /** A repair can fail although the schema is the newest. */
    @Test
    void newestSchemaIsNoSuccessIfTheLastUpgradeFailed() throws IOException {
        String failed = failedAt("2026-01-01T00:00:00Z", "no").replaceFirst("false", "true");
        try (FakeService service = new FakeService()
                .answering(504, "<html>")
                .answering(200, failed)
                .answering(409, "upgrade refused: no")) {
            assertEquals(1, run("upgrade", "--base-url", service.url()));
        }
        assertFailedWith("answered 409: upgrade refused: no");
    }

    private static String failedAt(String time, String detail) {
        return STATUS.replaceFirst(
                "}$",
                ", \"last_upgrade\": {\"started_at\": \"" + time + "\", \"outcome\": \"failed\", \"detail\": \""
                        + detail + "\"}}");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 501, 520, 524})
    void otherErrorPagesOfGatewaysAreFollowedToo(int status) throws IOException {
        try (FakeService service = new FakeService()
                .answering(status, "<!DOCTYPE html><p>Gateway")
                .answering(status, "<!DOCTYPE html><p>Gateway")
                .answering(200, RUNNING)
                .answering(200, STATUS.replaceFirst("false", "true"))) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
        }
        assertEquals("upgrade success\n", text(out));
    }

    @Test
    void upgradeRequestThatNeverArrivedIsRepeated() throws IOException {
        try (FakeService service = new FakeService()
                .answering(502, "<html>")
                .answering(200, STATUS)
                .answering(200, "upgrade success")) {
            assertEquals(0, run("upgrade", "--base-url", service.url()));
            assertEquals("PATCH /upgrade 0 bytes", service.requests().get(2));
        }
        assertEquals("upgrade success\n", text(out));
    }

    @Test
    void gatewayWithoutServiceIsAFailureAfterTheRetries() throws IOException {
        try (FakeService service = new FakeService()) {
            for (int i = 0; i < 20; i++) {
                service.answering(502, "<html>never shown</html>");
            }
            assertEquals(1, run("upgrade", "--base-url", service.url()));
            assertEquals(11, service.requests().size());
        }
        assertFailedWith("answered 502: (an HTML page)");
    }

    @Test
    void upgradeHasATimeout() throws IOException {
        try (FakeService service = new FakeService()) {
            for (int i = 0; i < 100; i++) {
                service.answering(202, "still running");
            }
            assertEquals(1, run(SHORT, "upgrade", "--base-url", service.url()));
        }
        assertFailedWith("still running after 300 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "v_1_0_1", "20230118020300"})
    void serviceVersionIsPrinted(String version) throws IOException {
        try (FakeService service = new FakeService().answering(200, version)) {
            assertEquals(0, run("metadata-service-version", "--base-url", service.url()));
            assertEquals(List.of("GET /version 0 bytes"), service.requests());
        }
        assertEquals(version + "\n", text(out));
    }

    @ParameterizedTest(name = "{0} answered with {1} {2}: {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "upgrade                  | 500 | upgrade failed                | answered 500: upgrade failed",
                "upgrade                  | 500 | {\"detail\": \"no\\nlock\"}   | answered 500: no lock",
                "upgrade                  | 404 | 404: Not Found                | MF_MIGRATION_ENDPOINTS_ENABLED=0",
                "upgrade                  | 405 | 405: Method Not Allowed       | is not a migration service",
                "upgrade                  | 200 | welcome                       | is not a migration service",
                "db-status                | 500 | {\"detail\": \"no database\"} | answered 500: no database",
                "db-status                | 502 | ~~                            | answered 502: (empty body)",
                "db-status                | 404 | 404: Not Found                | is not a migration service",
                "db-status                | 200 | <html>                        | is not a migration service",
                "db-status                | 200 | {}                            | is not a migration service",
                "db-status                | 301 | ~~                            | answered 301",
                "db-status                | 403 | <!DOCTYPE html><p>no          | answered 403: (an HTML page)",
                "db-status                | 500 | Oops <B class='x'>            | answered 500: (an HTML page)",
                "db-status                | 503 | no healthy upstream           | answered 503: (a text that is not of the",
                "db-status                | 503 | {\"detail\": \"stopping\"}    | answered 503: stopping",
                "upgrade                  | 409 | upgrade refused: 1 < 2        | answered 409: upgrade refused: 1 < 2",
                "metadata-service-version | 500 | trouble                       | answered 500: trouble",
                "metadata-service-version | 200 | 3.0.0                         | is not a migration service",
                "metadata-service-version | 200 | <html>                        | is not a migration service"
            })
    void errorResponseIsPrintedOnOneLine(String command, int status, String body, String problem) throws IOException {
        try (FakeService service = new FakeService().answering(status, body)) {
            assertEquals(1, run(command, "--base-url", service.url()));
            assertEquals(1, service.requests().size());
            assertFailedWith(problem);
            assertFailedWith(service.url());
        }
    }

    @Test
    void longDetailIsTruncated() throws IOException {
        try (FakeService service = new FakeService().answering(500, "x".repeat(10_000))) {
            assertEquals(1, run("upgrade", "--base-url", service.url()));
        }
        assertTrue(text(err).length() < 700);
    }

    @ParameterizedTest
    @ValueSource(strings = {"db-status", "upgrade", "metadata-service-version"})
    void refusedConnectionIsPrintedOnOneLine(String command) throws IOException {
        String closedAddress;
        try (ServerSocket socket = listener()) {
            closedAddress = "http://127.0.0.1:" + socket.getLocalPort();
        }
        assertEquals(1, run(command, "--base-url", closedAddress));
        assertFailedWith("no connection to " + closedAddress);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"db-status, within 300 ms", "upgrade, 'within 300 ms; the upgrade may still be running, see db-status'"
    })
    void missingResponseIsPrintedOnOneLine(String command, String problem) throws IOException {
        try (ServerSocket unanswered = listener()) { // the system accepts connections, the test never answers
            assertEquals(1, run(SHORT, command, "--base-url", "http://127.0.0.1:" + unanswered.getLocalPort()));
        }
        assertFailedWith(problem);
    }

    @Test
    void interruptedUpgradeIsNotRepeatedWithoutAStatus() throws IOException {
        try (ServerSocket listener = listener()) {
            Thread closing = new Thread(() -> closeEveryConnection(listener));
            closing.setDaemon(true);
            closing.start();
            assertEquals(1, run("upgrade", "--base-url", "http://127.0.0.1:" + listener.getLocalPort()));
        }
        assertFailedWith("sent an incomplete response");
        assertFailedWith("the upgrade may still be running");
        assertEquals(1, closedUpgradeRequests.get());
    }

    @ParameterizedTest(name = "''{0}'': {1}")
    @CsvSource({
        "'', Missing command",
        "wait, 'Missing required option: ''--for=CONDITION'''",
        "wait --for nonsense --base-url http://x, '''nonsense'': expected up-to-date, healthy or service=VERSION'",
        "wait --for healthy --timeout 0 --base-url http://x, expected 1 or more seconds",
        "upgrade --base-url nonsense, '''nonsense'': expected an address'",
        "upgrade --base-url ftp://x, '''ftp://x'': expected an address'",
        "upgrade --base-url http://, expected an address",
        "db-status --base-url http://x --bogus, 'Unknown option: ''--bogus'''",
        "nope, 'Unmatched argument at index 0: ''nope'''"
    })
    void wrongUsagePrintsTheErrorAndAHint(String arguments, String problem) {
        assertEquals(2, run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1)));
        assertEquals("", text(out));
        assertTrue(text(err).contains(problem), text(err));
        assertTrue(text(err).contains("Try 'migration_tools"), text(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "db-status --help", "upgrade --help", "metadata-service-version --help"})
    void helpIsPrintedOnStandardOutput(String arguments) {
        assertEquals(0, run(arguments.split(" ", -1)));
        assertTrue(text(out).contains("Exit codes: 0"), text(out));
        assertTrue(text(out).contains("--base-url http://localhost:8082"), text(out));
        assertFalse(text(out).lines().anyMatch(line -> line.length() > 120), text(out));
        assertEquals("", text(err));
    }

    private final AtomicInteger closedUpgradeRequests = new AtomicInteger();

    private void closeEveryConnection(ServerSocket listener) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                if (socket.getInputStream().read() == 'P') { // PATCH; status requests use GET
                    closedUpgradeRequests.incrementAndGet();
                }
            } catch (IOException e) {
                return; // the test ended
            }
        }
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private void assertFailedWith(String problem) {
        assertEquals("", text(out));
        assertEquals(1, text(err).lines().count(), text(err));
        assertTrue(text(err).contains(problem), text(err));
    }

    private int run(String... args) {
        return run(LONG, args);
    }

    private int run(Timeouts timeouts, String... args) {
        return Main.run(printer(out), printer(err), timeouts, args);
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}

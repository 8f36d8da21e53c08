package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code /ready} says whether requests can be served now, in time and whatever the database does. */
@Tag("extended")
class ReadinessIT {

    private static final Duration IN_TIME = Duration.ofSeconds(2);

    /** More requests at once than a service has workers. */
    private static final int WAITING_CLIENTS = 80;

    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(60);

    static List<Generation> generations() {
        return Generation.bundled();
    }

    @ParameterizedTest
    @MethodSource("generations")
    void everyServiceVersionHasIt(Generation generation) throws Exception {
        try (TestDatabase database =
                        TestDatabases.at(generation.newestOwnSchema().number());
                LauncherProcess launcher =
                        LauncherProcess.start(with(database.environment(), "PATH_PREFIX", "/api/"))) {
            assertEquals(generation.version().toString(), launcher.serviceVersion());
            assertReady(launcher.metadata());
            assertReady(launcher.migration());
            launcher.stop();
        }
    }

    @Test
    void itAnswersInTimeWhileTheDatabaseHangsAndAllWorkersWait() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Forwarder network = Forwarder.listen("127.0.0.1", ServerProgram.freePort(), port(database))) {
            int port = network.port(); // no socket of another test gets it while nobody listens
            Map<String, String> environment =
                    with(database.environment(), "MF_METADATA_DB_PORT", Integer.toString(port));
            environment.put("MF_METADATA_DB_HOST", "127.0.0.1");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertReady(launcher.metadata());
                network.cut();
                ExecutorService clients = Executors.newFixedThreadPool(WAITING_CLIENTS);
                // The system accepts connections to it, and nothing answers them.
                try (ServerSocket silent = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
                    for (int i = 0; i < WAITING_CLIENTS; i++) {
                        clients.execute(() -> listFlows(launcher));
                    }
                    // The result of the check before counts for a second.
                    Eventually.await(
                            "the outage is noticed",
                            () -> get(launcher.metadata(), "/ready").status() == 503);
                    for (int i = 0; i < 5; i++) {
                        assertNotReady(launcher.metadata());
                        assertNotReady(launcher.migration());
                        assertEquals("pong", get(launcher.metadata(), "/ping").text());
                    }
                    assertTrue(silent.isBound());
                } finally {
                    clients.shutdownNow();
                }
                assertNotReady(launcher.metadata());
                try (Forwarder back = Forwarder.listen("127.0.0.1", port, port(database))) {
                    Eventually.await(
                            "it is ready again",
                            () -> get(launcher.metadata(), "/ready").status() == 200);
                    assertEquals(
                            200, get(launcher.metadata(), "/flows").status(), "ready means that requests are served");
                    assertEquals(port, back.port());
                }
            }
        }
    }

    private static void listFlows(LauncherProcess launcher) {
        try {
            get(launcher.metadata(), "/flows");
        } catch (IOException e) {
            Thread.currentThread().interrupt(); // the launcher was closed
        }
    }

    private static void assertReady(URI service) throws IOException {
        Answer ready = get(service, "/ready");
        assertEquals("200 {\"ready\":true}", ready.status() + " " + ready.text().replace(" ", ""));
        assertEquals(Optional.of("application/json"), ready.header("Content-Type"));
    }

    private static void assertNotReady(URI service) throws IOException {
        long begin = System.nanoTime();
        Answer answer = get(service, "/ready");
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertEquals(503, answer.status(), answer::text);
        assertEquals(Optional.of("1"), answer.header("Retry-After"));
        assertTrue(answer.body().path("message").textValue().contains("database"), answer::text);
        assertTrue(took.compareTo(IN_TIME) < 0, took::toString);
    }

    private static Answer get(URI service, String path) throws IOException {
        try (HttpConnection http = new HttpConnection(service, CLIENT_TIMEOUT)) {
            return http.send(new Request("GET", path, Optional.empty(), NullNode.getInstance(), Map.of()));
        }
    }

    private static int port(TestDatabase database) {
        return Integer.parseInt(database.environment().get("MF_METADATA_DB_PORT"));
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return all;
    }
}

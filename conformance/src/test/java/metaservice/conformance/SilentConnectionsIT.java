package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Connections to the database whose packets are discarded without notice. Clients wait at most five seconds for them, and no
 * service is replaced. Isolated, because it measures times.
 */
@Isolated
@Tag("extended")
class SilentConnectionsIT {

    /** Five seconds, and the time that a request takes on a busy machine. */
    private static final Duration LIMIT = Duration.ofMillis(6500);

    private static final int CLIENTS = 6;

    /** The status of an answer and the time until it arrived. */
    private record Timed(int status, Duration time) {}

    private static Timed ask(LauncherProcess launcher, String method, String path, JsonNode body) {
        long begin = System.nanoTime();
        try {
            int status = launcher.ask(method, path, body).status();
            return new Timed(status, Duration.ofNanos(System.nanoTime() - begin));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Timed read(LauncherProcess launcher) {
        return ask(launcher, "GET", "/flows/Known", NullNode.getInstance());
    }

    private static Timed write(LauncherProcess launcher, int number) {
        return ask(
                launcher,
                "POST",
                "/flows/New" + number,
                Json.parse("{\"user_name\": \"u\"}").orElseThrow());
    }

    /** Requests at the same time, so that several connections are used: {@link #CLIENTS} reads, then as many writes. */
    private static List<Timed> readAndWrite(LauncherProcess launcher, int first) throws Exception {
        List<CompletableFuture<Timed>> asked = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            asked.add(CompletableFuture.supplyAsync(() -> read(launcher), new ThreadPerTask("client")));
        }
        for (int i = 0; i < CLIENTS; i++) {
            int number = first + i;
            asked.add(CompletableFuture.supplyAsync(() -> write(launcher, number), new ThreadPerTask("client")));
        }
        List<Timed> answers = new ArrayList<>();
        for (CompletableFuture<Timed> one : asked) {
            answers.add(one.get(60, TimeUnit.SECONDS));
        }
        return answers;
    }

    private static void assertWithinLimit(List<Timed> answers) {
        for (Timed answer : answers) {
            assertTrue(answer.time().compareTo(LIMIT) < 0, answers::toString);
            assertTrue(answer.status() == 200 || answer.status() == 503, answers::toString);
        }
    }

    private static Map<String, String> environment(TestDatabase database, Forwarder network) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_DB_HOST", "127.0.0.1");
        environment.put("MF_METADATA_DB_PORT", Integer.toString(network.port()));
        environment.put("MF_METADATA_DB_POOL_MIN", "6");
        return environment;
    }

    private static Forwarder network(TestDatabase database) throws IOException {
        return Forwarder.listen(
                "127.0.0.1", 0, Integer.parseInt(database.environment().get("MF_METADATA_DB_PORT")));
    }

    @Test
    void connectionsThatAreForgottenAreReplaced() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Forwarder network = network(database);
                LauncherProcess launcher = LauncherProcess.start(environment(database, network))) {
            assertEquals(200, launcher.createFlow("Known").status());
            JsonNode service = launcher.schemaStatus().body().path("service");
            for (int round = 0; round < 3; round++) {
                readAndWrite(launcher, 100 * round); // these connections are trusted for half a second
                network.silence(false);
                List<Timed> answers = readAndWrite(launcher, 100 * round + 50);
                assertWithinLimit(answers);
                assertEquals(
                        List.of(200, 200, 200, 200, 200, 200),
                        answers.stream().limit(CLIENTS).map(Timed::status).toList(),
                        answers::toString);
                Eventually.await(
                        "requests are answered at once",
                        () -> write(launcher, 99).status() != 503
                                && read(launcher).status() == 200);
            }
            assertEquals(service, launcher.schemaStatus().body().path("service"));
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    @Test
    void networkThatDiscardsEverythingIsAnsweredWith503InTime() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Forwarder network = network(database);
                LauncherProcess launcher = LauncherProcess.start(environment(database, network))) {
            assertEquals(200, launcher.createFlow("Known").status());
            JsonNode service = launcher.schemaStatus().body().path("service");
            readAndWrite(launcher, 0);
            network.silence(true);
            for (int round = 1; round <= 3; round++) {
                List<Timed> answers = readAndWrite(launcher, 100 * round);
                assertWithinLimit(answers);
                assertTrue(answers.stream().allMatch(answer -> answer.status() == 503), answers::toString);
            }
            assertEquals(
                    200, launcher.ask("GET", "/ping", NullNode.getInstance()).status());
            assertEquals(
                    503, launcher.ask("GET", "/ready", NullNode.getInstance()).status());
            network.forwardNew();
            Eventually.await("requests are answered", () -> read(launcher).status() == 200);
            Eventually.await(
                    "the schema can be read", () -> launcher.schemaStatus().status() == 200);
            assertEquals(service, launcher.schemaStatus().body().path("service"));
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    /** A statement that waits for a lock, or runs long, is not taken for a lost one. */
    @Test
    void slowStatementsAreNotEnded() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Forwarder network = network(database);
                LauncherProcess launcher = LauncherProcess.start(environment(database, network));
                Connection blocker = database.dataSource().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("LOCK TABLE flows_v3");
            CompletableFuture<Timed> waiting =
                    CompletableFuture.supplyAsync(() -> write(launcher, 1), new ThreadPerTask("client"));
            Eventually.await(
                    "the statement has been waiting for its lock for eight seconds",
                    () -> !database.query("SELECT FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND wait_event_type = 'Lock' AND query ILIKE '%insert into%flows_v3%'"
                                    + " AND query_start < clock_timestamp() - interval '8 seconds'")
                            .isEmpty());
            blocker.commit();
            assertEquals(200, waiting.get(60, TimeUnit.SECONDS).status());
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }
}

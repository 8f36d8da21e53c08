package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends random malformed and hostile requests to all paths of every service. No request may cause a 5xx, a hang or a stack
 * trace in an answer, and the service has to work as before afterwards. A failure names the seed that repeats the requests.
 *
 * <p>System properties: {@code metaservice.hostile.cases} for each generation, {@code metaservice.hostile.seed}.
 */
class HostileInputIT {

    private static final int CASES = Integer.getInteger("metaservice.hostile.cases", 1200);
    private static final long SEED = Long.getLong("metaservice.hostile.seed", new Random().nextInt(1_000_000));

    private static final String DOCUMENT = "/api/doc/swagger.json";

    private static final int CLIENTS = 8;
    private static final int POOL_MAX = 4;
    /** Sessions of the launcher that watch the schema; they are not part of the service's pool. */
    private static final int OTHER_SESSIONS = 2;

    private static final int SHOWN_FAULTS = 10;

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    /** Limit for a stop; far less than the drain timeout, which a request that never ends would use up. */
    private static final Duration MAX_STOP = Duration.ofSeconds(10);

    private static final Pattern INTERNALS =
            Pattern.compile("\\tat |Exception|com\\.fasterxml|org\\.postgresql|metaservice\\.kit|io\\.undertow");

    static List<Generation> generations() {
        return Generation.bundled();
    }

    @Test
    void theSameSeedMakesTheSameRequests() {
        HostileRequests one = new HostileRequests(List.of("GET /flows/{flow_id}", "POST /flows/{flow_id}"), 7);
        HostileRequests two = new HostileRequests(List.of("GET /flows/{flow_id}", "POST /flows/{flow_id}"), 7);
        for (int i = 0; i < 100; i++) {
            assertEquals(one.number(i).bytes(), two.number(i).bytes());
        }
    }

    @Tag("extended")
    @ParameterizedTest
    @MethodSource("generations")
    void randomRequestsDoNotHarmTheService(Generation generation) throws Exception {
        try (TestDatabase database =
                TestDatabases.at(generation.newestOwnSchema().number())) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_POOL_MAX", Integer.toString(POOL_MAX));
            environment.put("JAVA_OPTS", LauncherProcess.SHORT_LIVED + " -Xmx512m");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                fill(launcher);
                attack(launcher);
                assertNoSessionIsBusy(database);
                assertServes(launcher);
                assertEquals(List.of(), launcher.errors(), HostileInputIT::seed);
                long begin = System.nanoTime();
                launcher.stop();
                Duration took = Duration.ofNanos(System.nanoTime() - begin);
                assertTrue(took.compareTo(MAX_STOP) < 0, () -> seed() + "stopping took " + took);
            }
        }
    }

    /** All routes of the API document; {@link ApiDocumentIT} checks that it is complete. */
    private static List<String> routes(LauncherProcess launcher) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            ApiDocument document =
                    new ApiDocument(send(http, "GET", DOCUMENT, "").body());
            List<String> routes = new ArrayList<>(List.of("GET " + DOCUMENT));
            document.operations().forEach(operation -> routes.add(operation.toString()));
            return routes;
        }
    }

    private static String seed() {
        return "-Dmetaservice.hostile.seed=" + SEED + " -Dmetaservice.hostile.cases=" + CASES + ": ";
    }

    private static void attack(LauncherProcess launcher) throws Exception {
        HostileRequests requests = new HostileRequests(routes(launcher), SEED);
        AtomicInteger next = new AtomicInteger();
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(clients.submit(() -> {
                    for (int number = next.getAndIncrement(); number < CASES; number = next.getAndIncrement()) {
                        faultOf(launcher, requests.number(number), number, statuses)
                                .ifPresent(faults::add);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            clients.shutdownNow();
        }
        assertTrue(
                faults.isEmpty(),
                () -> faults.size() + " faults with " + seed()
                        + faults.stream().limit(SHOWN_FAULTS).collect(Collectors.joining("\n\n")));
        // The test proves something only if requests also get past the HTTP parser.
        for (int status : new int[] {200, 400, 404, 405}) {
            assertTrue(statuses.getOrDefault(status, 0) > CASES / 50, () -> seed() + statuses);
        }
    }

    /** The fault in the answer to a request; empty if there is none. */
    private static Optional<String> faultOf(
            LauncherProcess launcher, HostileRequests.Hostile hostile, int number, Map<Integer, Integer> statuses)
            throws IOException {
        RawExchange exchange = RawExchange.of(launcher.metadata(), hostile.toBytes(), DEADLINE);
        exchange.statuses().forEach(status -> statuses.merge(status, 1, Integer::sum));
        boolean failed =
                exchange.statuses().stream().anyMatch(status -> status >= 500 && status != 501 && status != 505);
        boolean showsOurInside = INTERNALS.matcher(exchange.text()).find();
        boolean silent = hostile.isComplete() && exchange.statuses().isEmpty();
        if (exchange.ended() && !failed && !showsOurInside && !silent) {
            return Optional.empty();
        }
        return Optional.of("request " + number + ", " + hostile + "\nanswered after " + exchange.took()
                + (exchange.ended() ? "" : " and left open") + ": " + exchange.start());
    }

    private static String shortened(String text) {
        return text.length() < 2000 ? text : text.substring(0, 2000) + "... (" + text.length() + ")";
    }

    private static void fill(LauncherProcess launcher) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            String task = "/flows/F/runs/1/steps/start/tasks/1";
            create(
                    http,
                    "/flows/F",
                    "{\"user_name\": \"alice\", \"tags\": [\"a\"], \"system_tags\": [\"user:alice\"]}");
            create(http, "/flows/F/run", "{\"user_name\": \"alice\", \"tags\": [\"a\"], \"system_tags\": [\"b\"]}");
            create(http, "/flows/F/runs/1/steps/start/step", "{}");
            create(http, "/flows/F/runs/1/steps/start/task", "{}");
            // A text on which patterns with backtracking take long.
            String value = "a".repeat(60) + "!";
            create(
                    http,
                    task + "/metadata",
                    "[{\"field_name\": \"attempt\", \"value\": \"" + value + "\", \"type\": \"a\"}]");
            create(http, task + "/artifact", "[{\"name\": \"model\", \"location\": \"here\", \"ds_type\": \"s3\"}]");
        }
    }

    private static void create(HttpConnection http, String path, String body) throws IOException {
        Answer answer = send(http, "POST", path, body);
        assertEquals(200, answer.status(), answer::toString);
    }

    private static void assertServes(LauncherProcess launcher) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            assertEquals("pong", send(http, "GET", "/ping", "").text());
            create(http, "/flows/After", "{\"user_name\": \"bob\"}");
            String task = "/flows/F/runs/1/steps/start/tasks/1";
            for (String path : List.of(
                    "/flows/After",
                    "/flows",
                    "/flows/F/runs",
                    "/flows/F/runs/1",
                    "/flows/F/runs/1/steps",
                    "/flows/F/runs/1/steps/start/tasks",
                    "/flows/F/runs/1/metadata",
                    "/flows/F/runs/1/artifacts",
                    task + "/artifacts/model")) {
                Answer answer = send(http, "GET", path, "");
                assertEquals(200, answer.status(), () -> seed() + path + ": " + shortened(answer.text()));
                assertFalse(
                        Json.isText(answer.body()), () -> seed() + path + " is not JSON: " + shortened(answer.text()));
            }
        }
    }

    private static Answer send(HttpConnection http, String method, String path, String body) throws IOException {
        JsonNode json =
                body.isEmpty() ? NullNode.getInstance() : Json.parse(body).orElseThrow();
        return http.send(new Request(method, path, Optional.empty(), json, Map.of()));
    }

    /** Waits for the statements of closed connections to be cancelled, then checks that no session is active. */
    private static void assertNoSessionIsBusy(TestDatabase database) {
        String others = " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        Eventually.await(
                "no session is busy after the attack, " + seed(),
                () -> database.query("SELECT query" + others + " AND state IS DISTINCT FROM 'idle'")
                        .isEmpty());
        List<List<Object>> idle = database.query("SELECT query" + others);
        assertTrue(idle.size() <= POOL_MAX + OTHER_SESSIONS, () -> seed() + "sessions: " + idle);
    }
}

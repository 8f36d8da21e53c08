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
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Concurrent clients: no write is lost or stored twice, and every request ends within its timeout. */
@Tag("extended")
class ConcurrencyIT {

    private static final int CLIENTS = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Nested
    class V2 extends ManyClients {
        V2() {
            super(TestDatabases.at(20230118020300L));
        }
    }

    @Nested
    class V3 extends ManyClients {
        V3() {
            super(TestDatabases.newest());
        }
    }

    /** The actions of one client; clients are numbered from 0. */
    @FunctionalInterface
    private interface Client<T> {
        T act(int number, HttpConnection http) throws Exception;
    }

    /** Tests that run concurrent clients against one launcher. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class ManyClients {

        @AutoClose
        private final TestDatabase database;

        @AutoClose
        private LauncherProcess launcher;

        ManyClients(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start() throws IOException, InterruptedException {
            launcher = LauncherProcess.start(database.environment());
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                for (String path : List.of(
                        "/flows/F",
                        "/flows/F/run",
                        "/flows/F/runs/1/steps/start/step",
                        "/flows/F/runs/1/steps/start/task")) {
                    assertEquals(200, send(http, "POST", path, "{}").status());
                }
            }
        }

        @AfterAll
        void stop() throws InterruptedException {
            if (launcher != null) { // null if the start failed
                launcher.stop();
            }
        }

        @Test
        void concurrentTagMutationsAreAllStored() throws Exception {
            int each = 5;
            atOnce(launcher, CLIENTS, (client, http) -> {
                for (int i = 0; i < each; i++) {
                    addTag(http, "client-" + client + "-" + i);
                }
                return null;
            });
            Set<String> tags = new HashSet<>();
            read("/flows/F/runs/1").path("tags").forEach(tag -> tags.add(tag.asText()));
            tags.removeIf(tag -> !tag.startsWith("client-"));
            assertEquals(CLIENTS * each, tags.size(), tags::toString);
        }

        /** Adds a tag; repeats the request while it conflicts with a request of another client. */
        private static void addTag(HttpConnection http, String tag) throws IOException {
            long end = System.nanoTime() + TIMEOUT.toNanos();
            Answer answer = mutate(http, tag);
            while (answer.status() == 409) {
                assertTrue(System.nanoTime() < end, "still conflicts at the timeout");
                answer = mutate(http, tag);
            }
            assertEquals(200, answer.status(), answer::toString);
            assertTrue(answer.text().contains('"' + tag + '"'), answer::toString);
        }

        private static Answer mutate(HttpConnection http, String tag) throws IOException {
            return send(http, "PATCH", "/flows/F/runs/1/tag/mutate", "{\"tags_to_add\": [\"" + tag + "\"]}");
        }

        @Test
        void runNumbersAreUnique() throws Exception {
            assertAllDifferent(created("/flows/F/run", "run_number", 20));
        }

        @Test
        void taskIdsAreUnique() throws Exception {
            assertAllDifferent(created("/flows/F/runs/1/steps/start/task", "task_id", 20));
        }

        private List<String> created(String path, String member, int each) throws Exception {
            List<List<String>> all = atOnce(launcher, CLIENTS, (client, http) -> {
                List<String> ids = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                    Answer answer = send(http, "POST", path, "{\"user_name\": \"alice\"}");
                    assertEquals(200, answer.status(), answer::toString);
                    ids.add(answer.body().path(member).asText());
                }
                return ids;
            });
            return all.stream().flatMap(List::stream).toList();
        }

        @Test
        void metadataIsStoredOnceWithUniqueIds() throws Exception {
            int each = 50;
            String task = newTask();
            String batch = batch(each, i -> "{\"field_name\": \"f\", \"value\": \"" + i + "\", \"type\": \"t\"}");
            List<Integer> counts = atOnce(
                    launcher,
                    CLIENTS,
                    (client, http) -> stored(send(http, "POST", task + "/metadata", batch), "metadata_created"));
            assertEquals(Collections.nCopies(CLIENTS, each), counts);
            List<String> ids = new ArrayList<>();
            read(task + "/metadata").forEach(row -> ids.add(row.path("id").asText()));
            assertEquals(CLIENTS * each, ids.size());
            assertAllDifferent(ids);
        }

        @Test
        void artifactSentByManyClientsIsStoredOnce() throws Exception {
            String task = newTask();
            String batch = batch(1, i -> artifact("model"));
            List<Integer> counts = atOnce(
                    launcher,
                    CLIENTS,
                    (client, http) -> stored(send(http, "POST", task + "/artifact", batch), "artifacts_created"));
            assertEquals(1, counts.stream().mapToInt(count -> count).sum(), counts::toString);
            assertEquals(1, read(task + "/artifacts").size());
        }

        @Test
        void artifactsInOppositeOrdersDoNotDeadlock() throws Exception {
            int each = 300;
            for (int round = 0; round < 3; round++) {
                String task = newTask();
                String up = batch(each, i -> artifact("a" + i));
                String down = batch(each, i -> artifact("a" + (each - 1 - i)));
                List<Integer> counts = atOnce(
                        launcher,
                        CLIENTS,
                        (client, http) -> stored(
                                send(http, "POST", task + "/artifact", client % 2 == 0 ? up : down),
                                "artifacts_created"));
                assertEquals(each, counts.stream().mapToInt(count -> count).sum(), counts::toString);
                assertEquals(each, read(task + "/artifacts").size());
            }
        }

        @Test
        void concurrentCreationsOfOneNameSucceedOnce() throws Exception {
            for (String[] creation : new String[][] {
                {"/flows/Same", "{}"},
                {"/flows/F/run", "{\"run_number\": \"the-run\"}"},
                {"/flows/F/runs/1/steps/the-step/step", "{}"},
                {"/flows/F/runs/1/steps/start/task", "{\"task_id\": \"the-task\"}"}
            }) {
                List<Integer> statuses = atOnce(
                        launcher,
                        CLIENTS,
                        (client, http) ->
                                send(http, "POST", creation[0], creation[1]).status());
                List<Integer> expected = new ArrayList<>(Collections.nCopies(CLIENTS - 1, 409));
                expected.add(0, 200);
                assertEquals(expected, statuses.stream().sorted().toList(), creation[0]);
            }
        }

        @Test
        void mixedConcurrentRequestsCauseNoServerError() throws Exception {
            String task = newTask();
            List<List<Answer>> answers = atOnce(launcher, CLIENTS, (client, http) -> {
                List<Answer> all = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    String name = client + "x" + i;
                    all.add(send(http, "POST", "/flows/Mixed" + name, "{}"));
                    all.add(send(http, "POST", "/flows/F/run", "{}"));
                    all.add(send(http, "POST", "/flows/F/runs/1/steps/start/task", "{}"));
                    all.add(send(http, "POST", "/flows/F/runs/1/steps/s" + name + "/step", "{}"));
                    all.add(send(http, "POST", "/flows/F/runs/1/heartbeat", ""));
                    all.add(send(http, "POST", task + "/heartbeat", ""));
                    all.add(mutate(http, "mixed"));
                    all.add(send(http, "POST", task + "/artifact", batch(5, n -> artifact("b" + n))));
                    all.add(send(http, "GET", "/flows/F/runs", ""));
                    all.add(send(http, "GET", "/flows/F/runs/1/steps/start/tasks", ""));
                }
                return all;
            });
            for (Answer answer : answers.stream().flatMap(List::stream).toList()) {
                assertTrue(answer.status() < 500, answer::toString);
            }
        }

        private String newTask() throws IOException {
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                Answer answer = send(http, "POST", "/flows/F/runs/1/steps/start/task", "{}");
                return "/flows/F/runs/1/steps/start/tasks/"
                        + answer.body().path("task_id").asText();
            }
        }

        private JsonNode read(String path) throws IOException {
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                Answer answer = send(http, "GET", path, "");
                assertEquals(200, answer.status(), answer::toString);
                return answer.body();
            }
        }
    }

    /** Two sessions wait for a table lock, and the pool has no further sessions. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class WithoutFreeSessions {

        /** Timeout of a request that waits for a session of the pool, with a margin for a loaded machine. */
        private static final Duration POOL_WAIT = Duration.ofSeconds(8);

        /** Below the timeout of the pool; with a margin for a loaded machine. */
        private static final Duration PING_LIMIT = Duration.ofSeconds(4);

        /** More than the number of worker threads. */
        private static final int MANY_CLIENTS = 80;

        @AutoClose
        private final TestDatabase database = TestDatabases.newest();

        @AutoClose
        private LauncherProcess launcher;

        @BeforeAll
        void start() throws IOException, InterruptedException {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_POOL_MAX", "2");
            launcher = LauncherProcess.start(environment);
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                assertEquals(200, send(http, "POST", "/flows/F", "{}").status());
            }
        }

        @Test
        void requestsWithoutSessionGet503AndSucceedAfterwards() throws Exception {
            ExecutorService blocked = Executors.newFixedThreadPool(2);
            try (Connection locker = database.dataSource().getConnection();
                    Statement statement = locker.createStatement()) {
                locker.setAutoCommit(false);
                statement.execute("LOCK TABLE runs_v3 IN ACCESS EXCLUSIVE MODE");
                List<Future<Answer>> waiting = List.of(blocked.submit(this::newRun), blocked.submit(this::newRun));
                awaitBlockedSessions(2);

                Future<List<Long>> pings = blocked(this::pingMillis);
                for (Timed timed : atOnce(launcher, MANY_CLIENTS, this::listFlows)) {
                    assertEquals(503, timed.answer.status(), timed::toString);
                    assertEquals(Optional.of("1"), timed.answer.header("Retry-After"), timed::toString);
                    assertTrue(timed.took.compareTo(POOL_WAIT) < 0, timed::toString);
                }
                assertTrue(
                        pings.get().stream().allMatch(millis -> millis < PING_LIMIT.toMillis()),
                        () -> "pings took " + pings);
                locker.rollback();
                for (Future<Answer> one : waiting) {
                    assertEquals(200, one.get().status(), one.get()::toString);
                }
            } finally {
                blocked.shutdownNow();
            }
            for (Timed timed : atOnce(launcher, CLIENTS, this::listFlows)) {
                assertEquals(200, timed.answer.status(), timed::toString);
            }
            assertEquals(200, newRun().status());
        }

        private Future<List<Long>> blocked(Callable<List<Long>> call) {
            ExecutorService one = Executors.newSingleThreadExecutor();
            Future<List<Long>> result = one.submit(call);
            one.shutdown();
            return result;
        }

        private Answer newRun() throws IOException {
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                return send(http, "POST", "/flows/F/run", "{}");
            }
        }

        /** Sends pings one after the other for 4 seconds, while the other requests wait. */
        private List<Long> pingMillis() throws IOException {
            List<Long> millis = new ArrayList<>();
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                while (System.nanoTime() < end) {
                    long begin = System.nanoTime();
                    assertEquals(200, send(http, "GET", "/ping", "").status());
                    millis.add((System.nanoTime() - begin) / 1_000_000);
                }
            }
            return millis;
        }

        private Timed listFlows(int client, HttpConnection http) throws IOException {
            long begin = System.nanoTime();
            Answer answer = send(http, "GET", "/flows/F", "");
            return new Timed(answer, Duration.ofNanos(System.nanoTime() - begin));
        }

        private void awaitBlockedSessions(int sessions) {
            String blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock'";
            Eventually.await(
                    sessions + " sessions wait for the lock",
                    () -> database.query(blocked).size() >= sessions);
        }

        /** A response and its duration. */
        private record Timed(Answer answer, Duration took) {}
    }

    /**
     * Starts all clients at the same moment, each on its own connection; returns their results in the order of their
     * numbers.
     */
    private static <T> List<T> atOnce(LauncherProcess launcher, int clients, Client<T> client) throws Exception {
        CyclicBarrier start = new CyclicBarrier(clients);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<T>> all = IntStream.range(0, clients)
                    .mapToObj(number -> threads.submit(() -> {
                        try (HttpConnection http = new HttpConnection(launcher.metadata(), TIMEOUT)) {
                            start.await();
                            return client.act(number, http);
                        }
                    }))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> one : all) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void assertAllDifferent(List<String> ids) {
        assertEquals(ids.size(), new HashSet<>(ids).size(), ids::toString);
    }

    private static int stored(Answer answer, String member) {
        assertEquals(200, answer.status(), answer::toString);
        return answer.body().path(member).asInt(-1);
    }

    private static String artifact(String name) {
        return "{\"name\": \"" + name + "\", \"location\": \"here\", \"ds_type\": \"s3\"}";
    }

    private static String batch(int rows, IntFunction<String> row) {
        return "[" + String.join(",", IntStream.range(0, rows).mapToObj(row).toList()) + "]";
    }

    private static Answer send(HttpConnection http, String method, String path, String body) throws IOException {
        JsonNode json =
                body.isEmpty() ? NullNode.getInstance() : Json.parse(body).orElseThrow();
        return http.send(new Request(method, path, Optional.empty(), json, Map.of()));
    }
}

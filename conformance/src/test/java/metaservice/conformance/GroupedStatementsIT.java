package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Statements of many requests that are sent together: each request gets its own answer, whatever happens to the others of its
 * group. Rows that were stored together have the same transaction id, {@code xmin}.
 */
@Tag("extended")
class GroupedStatementsIT {

    private static final int CLIENTS = 64;
    private static final int ROUNDS = 5;
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private CompletableFuture<Integer> post(LauncherProcess launcher, String path) {
        return post(launcher, path, "{\"user_name\": \"u\"}");
    }

    private CompletableFuture<Integer> post(LauncherProcess launcher, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(launcher.metadata() + path))
                .timeout(ANSWER)
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode);
    }

    /** Sends the requests at once and returns their statuses in the same order. */
    private List<Integer> postAll(LauncherProcess launcher, List<String> paths) throws Exception {
        List<CompletableFuture<Integer>> answers =
                paths.stream().map(path -> post(launcher, path)).toList();
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<Integer> answer : answers) {
            statuses.add(answer.get(ANSWER.toSeconds() * 2, TimeUnit.SECONDS));
        }
        return statuses;
    }

    private static long count(TestDatabase database, String sql) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static List<String> flows(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> "/flows/" + prefix + n).toList();
    }

    @Test
    void rowThatExistsHarmsOnlyItsOwnRequest() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            assertEquals(200, launcher.createFlow("Existing").status());
            for (int round = 0; round < ROUNDS; round++) {
                List<String> paths = new ArrayList<>(flows("Round" + round + "_", CLIENTS - 1));
                paths.add(CLIENTS / 2, "/flows/Existing");
                List<Integer> expected = new ArrayList<>(Collections.nCopies(CLIENTS, 200));
                expected.set(CLIENTS / 2, 409);
                assertEquals(expected, postAll(launcher, paths));
            }
            long stored = count(database, "SELECT count(*) FROM flows_v3");
            assertEquals(1 + ROUNDS * (CLIENTS - 1), stored);
            long transactions = count(database, "SELECT count(DISTINCT xmin::text) FROM flows_v3");
            assertTrue(transactions < stored, () -> transactions + " transactions: nothing was stored together");
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    @Test
    void oneOfTwoEqualRowsIsStored() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            for (int round = 0; round < ROUNDS; round++) {
                List<String> once = flows("Twice" + round + "_", CLIENTS / 2);
                List<String> paths = new ArrayList<>();
                once.forEach(path -> Collections.addAll(paths, path, path));
                List<Integer> statuses = postAll(launcher, paths);
                for (int i = 0; i < paths.size(); i += 2) {
                    assertEquals(
                            List.of(200, 409),
                            statuses.subList(i, i + 2).stream().sorted().toList(),
                            paths.get(i));
                }
            }
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    /** Together they are longer than the values of one group may be. */
    @Test
    void longRowsAreStoredInSeveralGroups() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            String body = "{\"user_name\": \"u\", \"tags\": [\"" + "t".repeat(12_000) + "\"]}";
            List<CompletableFuture<Integer>> answers = flows("Long", CLIENTS).stream()
                    .map(path -> post(launcher, path, body))
                    .toList();
            for (CompletableFuture<Integer> answer : answers) {
                assertEquals(200, answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS));
            }
            assertEquals(CLIENTS, count(database, "SELECT count(*) FROM flows_v3 WHERE length(tags::text) > 12000"));
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    @Test
    void eachRowIsStoredAloneIfGroupsAreOff() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_GROUP_WRITES", "off");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                postAll(launcher, flows("Alone", CLIENTS)).forEach(status -> assertEquals(200, status));
                assertEquals(CLIENTS, count(database, "SELECT count(DISTINCT xmin::text) FROM flows_v3"));
                launcher.stop();
            }
        }
    }

    /** One request waits for a lock longer than statements may run; the others of its group do not wait for it. */
    @Test
    void lockedRowDelaysOnlyItsOwnRequest() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_TIMEOUT", "3");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertEquals(200, launcher.createFlow("Beats").status());
                database.execute("INSERT INTO runs_v3 (flow_id, user_name, ts_epoch, tags, system_tags)"
                        + " SELECT 'Beats', 'u', n, '[]', '[]' FROM generate_series(1, " + CLIENTS + ") n");
                int locked = CLIENTS / 2;
                List<CompletableFuture<Integer>> answers;
                try (Connection holder = database.dataSource().getConnection();
                        Statement statement = holder.createStatement()) {
                    holder.setAutoCommit(false);
                    statement.execute("SELECT 1 FROM runs_v3 WHERE run_number = " + locked + " FOR UPDATE");
                    answers = IntStream.rangeClosed(1, CLIENTS)
                            .mapToObj(run -> post(launcher, "/flows/Beats/runs/" + run + "/heartbeat"))
                            .toList();
                    for (int run = 1; run <= CLIENTS; run++) {
                        if (run != locked) {
                            assertEquals(200, answers.get(run - 1).get(2500, TimeUnit.MILLISECONDS), "run " + run);
                        }
                    }
                    assertFalse(answers.get(locked - 1).isDone(), "the locked run was answered");
                    assertEquals(503, answers.get(locked - 1).get(ANSWER.toSeconds(), TimeUnit.SECONDS));
                    holder.rollback();
                }
                assertEquals(
                        200,
                        post(launcher, "/flows/Beats/runs/" + locked + "/heartbeat")
                                .get());
                launcher.stop();
                assertEquals(List.of(), launcher.errors());
            }
        }
    }

    /** A table that is locked for longer than requests wait in the queue: they are refused, and nothing hangs. */
    @Test
    void lockedTableRefusesRequestsThatWaitTooLong() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            List<String> paths = flows("Late", CLIENTS);
            List<CompletableFuture<Integer>> answers;
            try (Connection holder = database.dataSource().getConnection();
                    Statement statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                statement.execute("LOCK TABLE flows_v3");
                answers = paths.stream().map(path -> post(launcher, path)).toList();
                Eventually.await("a request is refused", () -> answers.stream().anyMatch(CompletableFuture::isDone));
                assertEquals(
                        200,
                        launcher.ask("GET", "/ping", NullNode.getInstance()).status());
                holder.rollback();
            }
            long stored = 0;
            for (CompletableFuture<Integer> answer : answers) {
                int status = answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
                assertTrue(status == 200 || status == 503, () -> "status " + status);
                stored += status == 200 ? 1 : 0;
            }
            assertEquals(stored, count(database, "SELECT count(*) FROM flows_v3"));
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    /** Sessions end while groups are on their way: what was answered with 200 is stored, everything else is a 503. */
    @Test
    void endedSessionsLoseNothingThatWasAnswered() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            for (int round = 0; round < ROUNDS; round++) {
                String prefix = "Ended" + round + "_";
                List<String> paths = flows(prefix, CLIENTS);
                List<CompletableFuture<Integer>> answers =
                        paths.stream().map(path -> post(launcher, path)).toList();
                database.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%'");
                for (int i = 0; i < answers.size(); i++) {
                    int status = answers.get(i).get(ANSWER.toSeconds(), TimeUnit.SECONDS);
                    assertTrue(status == 200 || status == 503, () -> "status " + status);
                    if (status == 200) {
                        assertEquals(
                                1,
                                count(database, "SELECT count(*) FROM flows_v3 WHERE flow_id = '" + prefix + i + "'"));
                    }
                }
                Eventually.await(
                        "requests are answered",
                        () -> postAll(launcher, List.of("/flows/" + prefix + "After")).stream()
                                .allMatch(status -> status == 200 || status == 409));
            }
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }
}

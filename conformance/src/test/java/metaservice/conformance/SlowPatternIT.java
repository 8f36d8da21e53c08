package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pattern with excessive backtracking is rejected and does not delay other requests. */
@Tag("extended")
class SlowPatternIT {

    /** Cubic time in the length of a text of {@code a}; does not match if the length is odd. */
    private static final String SLOW = "%5E(a%2B)(a%2B)(a%2B)%5C1%5C2%5C3$";

    private static final String STEP = "/flows/F/runs/1/steps/start";

    @Test
    void slowPatternIsRejectedAndOtherRequestsAreServed() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_METADATA_DB_TIMEOUT", "2"); // seconds; shortens the test
            environment.put("MF_METADATA_DB_POOL_MAX", "4");
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                fill(launcher);
                ExecutorService clients = Executors.newFixedThreadPool(4);
                try {
                    List<Future<Answer>> slow = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        slow.add(clients.submit(() -> get(launcher, STEP + "/filtered_tasks", SLOW)));
                    }
                    awaitSlowStatements(database);
                    assertEquals(200, get(launcher, "/flows/F", "").status());
                    for (Future<Answer> one : slow) {
                        assertEquals(400, one.get().status(), one.get()::toString);
                        assertTrue(one.get().text().contains("pattern: "), one.get()::toString);
                    }
                } finally {
                    clients.shutdownNow();
                }
                launcher.stop();
            }
        }
    }

    private static void awaitSlowStatements(TestDatabase database) {
        String slow = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                + " AND state = 'active' AND query LIKE '%m.value ~%' AND pid <> pg_backend_pid()";
        Eventually.await("two slow statements run", () -> database.query(slow).size() >= 2);
    }

    private static void fill(LauncherProcess launcher) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            for (String path : List.of("/flows/F", "/flows/F/run", STEP + "/step", STEP + "/task")) {
                assertEquals(
                        200, send(http, "POST", path, Optional.empty(), "{}").status());
            }
            String value = "[{\"field_name\": \"f\", \"value\": \"" + "a".repeat(1001) + "\", \"type\": \"t\"}]";
            assertEquals(
                    200,
                    send(http, "POST", STEP + "/tasks/1/metadata", Optional.empty(), value)
                            .status());
        }
    }

    private static Answer get(LauncherProcess launcher, String path, String pattern) throws IOException {
        Optional<String> query = pattern.isEmpty() ? Optional.empty() : Optional.of("pattern=" + pattern);
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            return send(http, "GET", path, query, "");
        }
    }

    private static Answer send(HttpConnection http, String method, String path, Optional<String> query, String body)
            throws IOException {
        JsonNode json =
                body.isEmpty() ? NullNode.getInstance() : Json.parse(body).orElseThrow();
        return http.send(new Request(method, path, query, json, Map.of()));
    }
}

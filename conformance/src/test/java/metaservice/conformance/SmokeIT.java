package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fills an empty database and stores a flow, on every installed JDK. */
class SmokeIT {

    static Collection<JavaHome> installed() {
        return JavaHome.installed();
    }

    @ParameterizedTest
    @MethodSource("installed")
    void anEmptyDatabaseIsFilledAndServedAndTheLauncherStopsCleanly(JavaHome java)
            throws IOException, InterruptedException {
        try (TestDatabase database = TestDatabases.empty();
                LauncherProcess launcher = LauncherProcess.start(java, database.environment())) {
            try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
                Answer pong = send(http, "GET", "/ping", NullNode.getInstance());
                assertEquals("pong", pong.text());
                assertEquals(Optional.of(launcher.serviceVersion()), pong.header("METADATA_SERVICE_VERSION"));

                JsonNode flow = Json.parse("{\"user_name\": \"alice\", \"tags\": [\"nightly\"]}")
                        .orElseThrow();
                Answer created = send(http, "POST", "/flows/Smoke", flow);
                assertEquals(200, created.status(), created::text);
                Answer read = send(http, "GET", "/flows/Smoke", NullNode.getInstance());
                assertEquals(created.body(), read.body());
                assertEquals("alice", read.body().path("user_name").asText());
            }
            try (HttpConnection http = new HttpConnection(launcher.migration(), Stage.DEFAULT_TIMEOUT)) {
                Answer status = send(http, "GET", "/db_schema_status", NullNode.getInstance());
                assertTrue(status.body().path("is_up_to_date").asBoolean(), status::text);
                assertEquals(
                        launcher.schemaVersion(),
                        status.body().path("current_version").asText());
            }
            launcher.stop();
        }
    }

    private static Answer send(HttpConnection http, String method, String path, JsonNode body) throws IOException {
        return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that change what a service does: each on a launcher of its own. */
class SettingsIT {

    private static final long V1 = 1;
    private static final long V2 = 20230118020300L;
    private static final long V3 = 20260706000003L;

    private static final JsonNode NOTHING = NullNode.getInstance();

    private static final String NOTIFICATIONS = "schema/notify-samples.jsonl";

    private static final AllowedDivergence LATER_ID = new AllowedDivergence(
            NOTIFICATIONS,
            "GET /flows/F/runs/1/metadata",
            "a batch is tried as a whole first, and sequences do not go back when a trigger refuses one of its rows",
            200,
            Optional.empty());

    private static final AllowedDivergence EARLY_HEARTBEAT = new AllowedDivergence(
            NOTIFICATIONS, "too early: no notification", "3.x: not the client's mistake", 200, Optional.empty());

    private static final AllowedDivergence TOLD_WHAT_IS_LEFT_OUT = new AllowedDivergence(
            NOTIFICATIONS,
            "a payload of 8000 bytes or more makes the insert fail",
            "3.x says which row was left out, and why",
            200,
            Optional.empty());

    private static final DeclaredDifferences V2_DIFFERENCES = new DeclaredDifferences(
            ReviewedDivergences.V1_AND_V2.serviceVersion(),
            ReviewedDivergences.V1_AND_V2.jsonTyped(),
            List.of(LATER_ID));

    private static final DeclaredDifferences V3_DIFFERENCES = new DeclaredDifferences(
            ReviewedDivergences.V3.serviceVersion(),
            ReviewedDivergences.V3.jsonTyped(),
            List.of(LATER_ID, EARLY_HEARTBEAT, TOLD_WHAT_IS_LEFT_OUT));

    @ParameterizedTest(name = "{1} on schema {0}")
    @CsvSource({
        V2 + ", v2/prefix.jsonl",
        V2 + ", v2/tables.jsonl",
        V2 + ", schema/notify-samples.jsonl",
        V3 + ", v3/prefix.jsonl",
        V3 + ", v3/tables.jsonl",
        V3 + ", v3/cutoff.jsonl",
        V3 + ", schema/notify-samples.jsonl"
    })
    void everyStepIsAnsweredAsRecordedWithTheSettingsOfTheRecording(long schema, String file) throws Exception {
        Transcript transcript = Recordings.read(file);
        try (TestDatabase database = TestDatabases.at(schema);
                LauncherProcess launcher =
                        LauncherProcess.start(with(database.environment(), transcript.environment()))) {
            Stage stage = new Stage(
                    Map.of(transcript.service(), launcher.metadata().resolve("/")),
                    Optional.of(database.dataSource()),
                    Recordings.schemas(),
                    List.of(),
                    Stage.DEFAULT_TIMEOUT);
            DeclaredDifferences differences = schema == V3 ? V3_DIFFERENCES : V2_DIFFERENCES;
            PlayResult result = new Player(stage, differences).play(transcript);
            assertTrue(result.isAsRecorded(), result::toString);
            assertEquals(Optional.empty(), result.skipped());
        }
    }

    @Test
    void theFirstGenerationKnowsNeitherPrefixNorTablesNorTriggersNorReplica() throws Exception {
        Map<String, String> unknown = Map.of(
                "PATH_PREFIX", "/api",
                "DB_TABLE_NAME_FLOWS", "no_such_table",
                "DB_TRIGGER_CREATE", "1",
                "USE_SEPARATE_READER_POOL", "1",
                "MF_METADATA_DB_READ_REPLICA_HOST", "nowhere.invalid");
        try (TestDatabase database = TestDatabases.at(V1);
                LauncherProcess launcher = LauncherProcess.start(with(database.environment(), unknown));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            assertEquals("", launcher.metadata().getPath());
            assertEquals(200, send(http, "GET", "/ping").status());
            assertEquals(200, send(http, "GET", "/flows").status());
            assertEquals(
                    List.of(List.of(0L)), database.query("select count(*) from pg_trigger where not tgisinternal"));
        }
    }

    @Test
    void statementsAreLoggedWithoutTheirValues() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher =
                        LauncherProcess.start(with(database.environment(), Map.of("AIOPG_ECHO", "1")));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            assertEquals(404, send(http, "GET", "/flows/SecretFlow").status());
            assertTrue(launcher.log().contains("FROM flows_v3 WHERE flow_id = ?"), launcher::log);
            assertFalse(launcher.log().contains("SecretFlow"), launcher::log);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ui.example", "*"})
    void pagesOfAnAllowedOriginMayUseTheService(String allowed) throws Exception {
        Map<String, String> setting = Map.of("ORIGIN_TO_ALLOW_CORS_FROM", allowed);
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(with(database.environment(), setting));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Map<String, String> asking = Map.of(
                    "Origin", "https://ui.example",
                    "Access-Control-Request-Method", "POST",
                    "Access-Control-Request-Headers", "content-type");
            Answer permission = send(http, "OPTIONS", "/flows/F", asking);
            assertEquals(204, permission.status());
            assertEquals(Optional.of(allowed), permission.header("Access-Control-Allow-Origin"));
            assertEquals(Optional.of("GET, POST, PATCH"), permission.header("Access-Control-Allow-Methods"));
            assertEquals(Optional.of("content-type"), permission.header("Access-Control-Allow-Headers"));

            Answer page = send(http, "GET", "/flows", Map.of("Origin", "https://ui.example"));
            assertEquals(200, page.status());
            assertEquals(Optional.of(allowed), page.header("Access-Control-Allow-Origin"));
            assertEquals(405, send(http, "OPTIONS", "/flows").status());
        }
    }

    @Test
    void pagesOfOtherOriginsMayNot() throws Exception {
        Map<String, String> setting = Map.of("ORIGIN_TO_ALLOW_CORS_FROM", "https://ui.example,https://two.example");
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(with(database.environment(), setting));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Answer page = send(http, "GET", "/flows", Map.of("Origin", "https://other.example"));
            assertEquals(Optional.empty(), page.header("Access-Control-Allow-Origin"));
            assertEquals(Optional.of("Origin"), page.header("Vary"));
            Map<String, String> asking =
                    Map.of("Origin", "https://other.example", "Access-Control-Request-Method", "POST");
            assertEquals(405, send(http, "OPTIONS", "/flows", asking).status());
        }
    }

    private static Map<String, String> with(Map<String, String> environment, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return all;
    }

    private static Answer send(HttpConnection http, String method, String path) throws IOException {
        return send(http, method, path, Map.of());
    }

    private static Answer send(HttpConnection http, String method, String path, Map<String, String> headers)
            throws IOException {
        return http.send(new Request(method, path, Optional.empty(), NOTHING, headers));
    }
}

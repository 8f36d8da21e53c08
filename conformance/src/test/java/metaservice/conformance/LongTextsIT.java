package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Texts of more than 255 characters, which the reference drops without an error, are stored if the schema can hold them. */
@Tag("extended")
class LongTextsIT {

    private static final String TASK = "/flows/F/runs/1/steps/start/tasks/1";
    private static final String LONG = "s3://bucket/" + "x".repeat(5_000);

    private static final String ARTIFACTS = """
            [{"name": "short", "location": "l", "ds_type": "s3", "attempt_id": 0},
             {"name": "long", "location": "%s", "ds_type": "s3", "attempt_id": 0}]""".formatted(LONG);

    private static final String METADATA = """
            [{"field_name": "f", "value": "v", "type": "%s"}]""".formatted("t".repeat(300));

    @Test
    void longTextsAreReportedOnAnOlderSchemaAndStoredAfterTheUpgradeWithoutARestart() throws Exception {
        try (TestDatabase database = TestDatabases.at(20260706000003L);
                LauncherProcess launcher = LauncherProcess.start(database.environment());
                HttpConnection metadata = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT);
                HttpConnection migration = new HttpConnection(launcher.migration(), Stage.DEFAULT_TIMEOUT)) {
            assertEquals("3.0.0", launcher.serviceVersion());
            fill(metadata);
            assertEquals("""
                    {"artifacts_created":1,"rejected":[{"index":1,"field":"location",\
                    "reason":"expected at most 255 characters, found 5012"}]}""", created(metadata, "/artifact", ARTIFACTS));
            assertEquals("""
                    {"metadata_created":0,"rejected":[{"index":0,"field":"type",\
                    "reason":"expected at most 255 characters, found 300"}]}""", created(metadata, "/metadata", METADATA));

            assertEquals(
                    "upgrade success",
                    send(migration, "PATCH", "/upgrade", NullNode.instance).text());

            assertEquals("""
                    {"artifacts_created":1,"rejected":[{"index":0,"field":"name",\
                    "reason":"is stored already, and stays as it is"}]}""", created(metadata, "/artifact", ARTIFACTS));
            assertEquals("{\"metadata_created\":1}", created(metadata, "/metadata", METADATA));
            JsonNode stored = send(metadata, "GET", TASK + "/artifacts/long", NullNode.instance)
                    .body();
            assertEquals(LONG, stored.get("location").textValue());
            launcher.stop();
        }
    }

    @Test
    void secondGenerationKeepsItsLimit() throws Exception {
        try (TestDatabase database = TestDatabases.at(20230118020300L);
                LauncherProcess launcher = LauncherProcess.start(database.environment());
                HttpConnection metadata = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            assertEquals("2.5.1", launcher.serviceVersion());
            fill(metadata);
            database.execute("ALTER TABLE artifact_v3 ALTER COLUMN location TYPE text");
            assertEquals("{\"artifacts_created\":1}", created(metadata, "/artifact", ARTIFACTS));
            launcher.stop();
        }
    }

    private static void fill(HttpConnection http) throws IOException {
        for (String path : new String[] {
            "/flows/F", "/flows/F/run", "/flows/F/runs/1/steps/start/step", "/flows/F/runs/1/steps/start/task"
        }) {
            assertEquals(
                    200,
                    send(
                                    http,
                                    "POST",
                                    path,
                                    Json.parse("{\"user_name\": \"u\"}").orElseThrow())
                            .status(),
                    path);
        }
    }

    private static String created(HttpConnection http, String path, String body) throws IOException {
        Answer answer = send(http, "POST", TASK + path, Json.parse(body).orElseThrow());
        return Json.write(answer.body());
    }

    private static Answer send(HttpConnection http, String method, String path, JsonNode body) throws IOException {
        return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
    }
}

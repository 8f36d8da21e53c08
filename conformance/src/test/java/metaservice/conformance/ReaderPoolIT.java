package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two connection pools: reads go to the replica, all other statements to the primary database. The replica is a server with
 * other data, so that an answer shows which server it came from. It has the port of the primary on another loopback address.
 */
@Tag("extended")
class ReaderPoolIT {

    private static final String PRIMARY = "127.0.0.1";
    private static final String REPLICA = "127.0.0.2";

    private static final String RUN = "/flows/F/runs/1";
    private static final String TASK = RUN + "/steps/start/tasks/1";

    private static final String ONLY_ON_REPLICA = """
            insert into flows_v3 (flow_id, ts_epoch) values ('Copied', 1);
            insert into runs_v3 (flow_id, run_number, ts_epoch, tags, system_tags) values ('Copied', 7, 1, '[]', '[]');
            insert into steps_v3 (flow_id, run_number, run_id, step_name, ts_epoch)
              values ('Copied', 7, '7', 'start', 1);
            insert into tasks_v3 (flow_id, run_number, step_name, task_id, ts_epoch)
              values ('Copied', 7, 'start', 9, 1);
            insert into metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, ts_epoch)
              values ('Copied', 7, 'start', 9, 'f', 'v', 't', 1);
            insert into artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, sha, type,
              content_type, user_name, attempt_id, ts_epoch)
              values ('Copied', 7, 'start', 9, 'name', 'l', 'd', 's', 't', 'c', 'u', 0, 1)""";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {20230118020300L, 20260706000003L})
    void readsGoToTheReplicaAndAllOtherStatementsToThePrimary(long schema) throws Exception {
        assumeTrue(isBindable(REPLICA), "this machine has one loopback address only");
        try (TestDatabase primary = TestDatabases.at(schema);
                PostgresServer server = PostgresServer.start(folder.resolve("replica"), Map.of());
                Forwarder toFirst = Forwarder.listen(PRIMARY, 0, portOf(primary));
                Forwarder toReplica = Forwarder.listen(REPLICA, toFirst.port(), server.port())) {
            server.execute("CREATE DATABASE " + primary.name());
            new Migrations(server.dataSource(primary.name())).upgradeTo(new SchemaVersion(schema));
            try (TestedDatabase replica = new TestedDatabase(server.dataSource(primary.name()), Recordings.schemas())) {
                replica.run(ONLY_ON_REPLICA);
            }
            try (LauncherProcess launcher = LauncherProcess.start(settings(primary, toFirst.port(), REPLICA));
                    HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
                assertWritesGoToThePrimary(http, primary);
                assertReadsComeFromTheReplica(http);
                toReplica.cut();
                assertEquals(200, send(http, "GET", "/healthcheck").status());
                assertEquals(503, send(http, "GET", "/flows").status());
            }
        }
    }

    @Test
    void theErrorNamesAReplicaThatDoesNotAnswer() throws Exception {
        assumeTrue(isBindable(REPLICA), "this machine has one loopback address only");
        try (TestDatabase primary = TestDatabases.newest();
                Forwarder toFirst = Forwarder.listen(PRIMARY, 0, portOf(primary))) {
            Map<String, String> settings = settings(primary, toFirst.port(), REPLICA);
            settings.put("LOGLEVEL", "ERROR");
            ToolRun run = LauncherProcess.runToEnd(settings);
            assertEquals(1, run.exit(), run::stderr);
            assertEquals(1, run.stderr().lines().count(), run::stderr);
            assertTrue(run.stderr().contains(REPLICA + ":" + toFirst.port()), run::stderr);
        }
    }

    private static void assertWritesGoToThePrimary(HttpConnection http, TestDatabase primary) throws IOException {
        post(http, "/flows/F", "{}");
        post(http, "/flows/F/run", "{}");
        post(http, RUN + "/steps/start/step", "{}");
        post(http, RUN + "/steps/start/task", "{}");
        post(http, TASK + "/metadata", "[{\"field_name\": \"a\", \"value\": \"1\", \"type\": \"a\"}]");
        post(http, TASK + "/artifact", "[{\"name\": \"x\", \"location\": \"l\", \"ds_type\": \"s3\"}]");
        post(http, RUN + "/heartbeat", "{}", 200, 404); // too early; but not 503
        Answer tagged = send(http, "PATCH", RUN + "/tag/mutate", "{\"tags_to_add\": [\"t\"]}");
        assertEquals(200, tagged.status(), tagged::text);
        assertEquals(
                List.of(List.of(1L, 1L, 1L, 1L, 1L, 1L)),
                primary.query(
                        "select (select count(*) from flows_v3), (select count(*) from runs_v3 where tags = '[\"t\"]'),"
                                + " (select count(*) from steps_v3), (select count(*) from tasks_v3),"
                                + " (select count(*) from metadata_v3), (select count(*) from artifact_v3)"));
    }

    private static void assertReadsComeFromTheReplica(HttpConnection http) throws IOException {
        String run = "/flows/Copied/runs/7";
        String step = run + "/steps/start";
        String task = step + "/tasks/9";
        for (String list : List.of(
                "/flows",
                "/flows/Copied/runs",
                run + "/metadata",
                run + "/artifacts",
                run + "/steps",
                step + "/artifacts",
                step + "/filtered_tasks",
                step + "/tasks",
                task + "/metadata",
                task + "/artifacts",
                task + "/attempt/0/artifacts")) {
            JsonNode rows = send(http, "GET", list).body();
            assertEquals(1, rows.size(), () -> list + ": " + rows);
        }
        for (String object : List.of(
                "/flows/Copied", run, step, task, task + "/artifacts/name", task + "/artifacts/name/attempt/0")) {
            assertEquals(200, send(http, "GET", object).status(), object);
        }
        assertEquals(404, send(http, "GET", RUN).status());
    }

    private static Map<String, String> settings(TestDatabase primary, int port, String replica) {
        Map<String, String> settings = new HashMap<>(primary.environment());
        settings.put("MF_METADATA_DB_HOST", PRIMARY);
        settings.put("MF_METADATA_DB_PORT", Integer.toString(port));
        settings.put("USE_SEPARATE_READER_POOL", "1");
        settings.put("MF_METADATA_DB_READ_REPLICA_HOST", replica);
        return settings;
    }

    private static int portOf(TestDatabase database) {
        return Integer.parseInt(database.environment().get("MF_METADATA_DB_PORT"));
    }

    private static boolean isBindable(String address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        }
    }

    private static void post(HttpConnection http, String path, String body, int... good) throws IOException {
        Answer answer = send(http, "POST", path, body);
        boolean isGood = answer.status() == 200 || Arrays.stream(good).anyMatch(status -> status == answer.status());
        assertTrue(isGood, () -> path + ": " + answer.status() + " " + answer.text());
    }

    private static Answer send(HttpConnection http, String method, String path) throws IOException {
        return http.send(new Request(method, path, Optional.empty(), NullNode.getInstance(), Map.of()));
    }

    private static Answer send(HttpConnection http, String method, String path, String body) throws IOException {
        return http.send(
                new Request(method, path, Optional.empty(), Json.parse(body).orElseThrow(), Map.of()));
    }
}

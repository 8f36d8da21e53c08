package metaservice.launcher.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import metaservice.launcher.Environments;
import metaservice.launcher.Http;
import metaservice.launcher.LauncherIT;
import metaservice.launcher.http.RequestGuard;
import metaservice.migrations.Migrations;
import metaservice.migrations.Node;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrationApiIT {

    private static final String HAS_TABLES =
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace)";
    /** The lock that a node holds while it upgrades: released versions have these keys, so they never change. */
    private static final String UPGRADE_GATE = "SELECT pg_advisory_lock(1836348278, 1)";

    private static final String TEXT = "text/plain; charset=utf-8";

    static final MigrationApi.Services NO_SERVICES = new MigrationApi.Services() {
        @Override
        public Map<String, Object> status(SchemaStatus schema) {
            return Map.of();
        }

        @Override
        public void schemaMayHaveChanged() {
            // no service to notify
        }
    };

    /** This process, which does not write its row. */
    static Nodes aloneOn(DataSource database) {
        Node.Service metadata = new Node.Service("metadata", Optional.of("3.0.0"), "idle");
        Node self = new Node("me", "here", "1.2.3", List.of(metadata), Instant.EPOCH, Instant.EPOCH);
        return new Nodes(new Migrations(database).nodes(), () -> self, () -> Optional.of("Not written yet."));
    }

    private static MigrationApi open(DataSource database, boolean upgradeEndpoint) throws IOException {
        return MigrationApi.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Migrations(database),
                NO_SERVICES,
                aloneOn(database),
                "here:5432/db",
                upgradeEndpoint,
                RequestGuard.SAME_ORIGIN);
    }

    private static void assertAnswer(HttpResponse<String> answer, int status, String contentType, String body) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.statusCode());
        assertEquals(contentType, answer.headers().firstValue("Content-Type").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"1, v_1_0_1", "20200603104139, 20200603104139", "20230118020300, 20230118020300"})
    void versionNamesTheFolderOfTheReferencesImage(long schema, String expected) throws Exception {
        try (TestDatabase database = TestDatabases.at(schema);
                MigrationApi api = open(database.dataSource(), true)) {
            assertAnswer(Http.get(api.port(), "/ping"), 200, TEXT, "pong");
            assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, expected);
        }
    }

    @Test
    void statusHasTheFiveMembersOfTheReferenceFirst() throws Exception {
        List<SchemaVersion> all = bundled();
        SchemaVersion at = new SchemaVersion(20220503175500L);
        try (TestDatabase database = TestDatabases.at(at.number());
                MigrationApi api = open(database.dataSource(), true)) {
            database.execute("DROP INDEX runs_v3_idx_ts_epoch");
            database.execute("UPDATE metaservice_upgrades SET started_at = '2026-01-02 03:04:05.678Z',"
                    + " ended_at = '2026-01-02 03:04:06.928Z'");
            assertAnswer(
                    Http.get(api.port(), "/db_schema_status"),
                    200,
                    "application/json",
                    "{\"is_up_to_date\": false, \"current_version\": \"20220503175500\","
                            + " \"migration_in_progress\": false, \"db_schema_versions\": " + json(all)
                            + ", \"unapplied_migrations\": "
                            + json(all.subList(all.indexOf(at) + 1, all.size()))
                            + ", \"running_migration\": null, \"last_upgrade\": {\"from\": \"0\","
                            + " \"to\": \"20220503175500\", \"started_at\": \"2026-01-02T03:04:05.678Z\","
                            + " \"seconds\": 1.25, \"outcome\": \"upgraded\", \"detail\": \"\"},"
                            + " \"drift\": [{\"kind\": \"index\", \"table\": \"runs_v3\","
                            + " \"name\": \"runs_v3_idx_ts_epoch\", \"expected\": \"CREATE INDEX"
                            + " runs_v3_idx_ts_epoch ON runs_v3 USING btree (ts_epoch)\", \"found\": null}],"
                            + " \"database_schema\": \"public\", \"warnings\": []}");
        }
    }

    @Test
    void upgradeAppliesAllMigrationsAndMayBeRepeated() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MigrationApi api = open(database.dataSource(), true)) {
            for (int round = 1; round <= 2; round++) {
                assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 200, TEXT, "upgrade success");
                assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, "latest");
            }
            assertTrue(Http.get(api.port(), "/db_schema_status").body().startsWith("{\"is_up_to_date\": true, "));
        }
    }

    @Test
    void getVersionFillsAnEmptyDatabase() throws Exception {
        try (TestDatabase database = TestDatabases.empty();
                MigrationApi api = open(database.dataSource(), true)) {
            assertTrue(Http.get(api.port(), "/db_schema_status").body().contains("\"current_version\": \"0\""));
            assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, "latest");
            assertEquals(List.of(List.of(true)), database.query(HAS_TABLES));
        }
    }

    @Test
    void askingForTheVersionWritesNothingWhereUpgradesAreSwitchedOff() throws Exception {
        try (TestDatabase database = TestDatabases.empty();
                MigrationApi api = open(database.dataSource(), false)) {
            assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, "latest");
            assertEquals(List.of(List.of(false)), database.query(HAS_TABLES));
        }
    }

    @Test
    void upgradeOnAnotherNodeIsNoFailureOfThisOne() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                Connection otherNode = database.dataSource().getConnection();
                Statement statement = otherNode.createStatement();
                MigrationApi api = MigrationApi.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new Migrations(database.dataSource(), Duration.ofSeconds(1)),
                        NO_SERVICES,
                        aloneOn(database.dataSource()),
                        "here:5432/db",
                        true,
                        RequestGuard.SAME_ORIGIN)) {
            statement.execute(UPGRADE_GATE);
            for (int round = 1; round <= 2; round++) {
                HttpResponse<String> answer = Http.send(api.port(), "PATCH", "/upgrade", "");
                assertEquals(202, answer.statusCode(), answer::body);
                assertTrue(answer.body().contains("on another node: GET /db_schema_status"), answer::body);
            }
            statement.execute("SELECT pg_advisory_unlock_all()");
            assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 200, TEXT, "upgrade success");
        }
    }

    @Test
    void callersJoinARunningUpgradeAndGet202AfterTheirWait() throws Exception {
        try (TestDatabase database = TestDatabases.at(20200603104139L);
                MigrationApi api = MigrationApi.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new Migrations(database.dataSource()),
                        NO_SERVICES,
                        aloneOn(database.dataSource()),
                        "here:5432/db",
                        true,
                        Duration.ofMillis(300));
                Connection writer = database.dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1)");
            statement.execute("INSERT INTO runs_v3 (flow_id, ts_epoch) VALUES ('F', 1)");
            for (int caller = 0; caller < 12; caller++) {
                HttpResponse<String> answer = Http.send(api.port(), "PATCH", "/upgrade", "");
                assertEquals(202, answer.statusCode(), answer::body);
                assertTrue(answer.body().contains("GET /db_schema_status"), answer::body);
            }
            String status = Http.get(api.port(), "/db_schema_status").body();
            assertTrue(status.contains("\"migration_in_progress\": true"), status);
            assertTrue(status.contains("\"running_migration\": {\"version\": \"20210202145952\","), status);
            writer.commit();
            while (Http.send(api.port(), "PATCH", "/upgrade", "").statusCode() == 202) {
                // each call waits 300 ms for the end
            }
            assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 200, TEXT, "upgrade success");
            assertEquals(
                    List.of(List.of(1L)),
                    database.query("SELECT count(*) FROM metaservice_upgrades WHERE from_version = 20200603104139"));
        }
    }

    @Test
    void refusalNamesTheDifference() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MigrationApi api = open(database.dataSource(), true)) {
            database.execute("ALTER TABLE runs_v3 ALTER COLUMN ts_epoch TYPE text");
            HttpResponse<String> answer = Http.send(api.port(), "PATCH", "/upgrade", "");
            assertEquals(409, answer.statusCode());
            assertTrue(answer.body().contains("column runs_v3.ts_epoch is text not null"), answer::body);
        }
    }

    @Test
    void failedUpgradeHasTheAnswerOfTheReference() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MigrationApi api = open(database.dataSource(), true)) {
            database.execute("alter table tasks_v3 add column task_name varchar(10)");
            assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 500, TEXT, "upgrade failed");
            assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, "v_1_0_1");
            database.execute("alter table tasks_v3 drop column task_name");
            assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 200, TEXT, "upgrade success");
        }
    }

    @Test
    void schemaOfANewerBuildHasNoNameAndAllMigrationsAreUnapplied() throws Exception {
        try (TestDatabase database = TestDatabases.at(20260706000003L);
                MigrationApi api = open(database.dataSource(), true)) {
            database.execute(LauncherIT.FROM_A_NEWER_BUILD);
            HttpResponse<String> version = Http.get(api.port(), "/version");
            assertEquals(500, version.statusCode());
            assertTrue(version.body().contains("20990101000000, which this build does not know"), version::body);
            assertTrue(Http.get(api.port(), "/db_schema_status")
                    .body()
                    .contains("\"unapplied_migrations\": " + json(bundled()) + ", "));
        }
    }

    @Test
    void upgradePathIs404IfTheEndpointIsDisabled() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MigrationApi api = open(database.dataSource(), false)) {
            assertAnswer(Http.send(api.port(), "PATCH", "/upgrade", ""), 404, TEXT, "404: Not Found");
            assertAnswer(Http.get(api.port(), "/upgrade"), 404, TEXT, "404: Not Found");
            assertAnswer(Http.get(api.port(), "/version"), 200, TEXT, "v_1_0_1");
        }
    }

    @Test
    void wrongMethodIs405WithTheRightOneAndWrongPathIs404() throws Exception {
        try (TestDatabase database = TestDatabases.empty();
                MigrationApi api = open(database.dataSource(), true)) {
            HttpResponse<String> wrongMethod = Http.get(api.port(), "/upgrade");
            assertAnswer(wrongMethod, 405, TEXT, "405: Method Not Allowed");
            assertEquals("PATCH", wrongMethod.headers().firstValue("Allow").orElseThrow());
            assertEquals(
                    "GET",
                    Http.send(api.port(), "POST", "/ping", "")
                            .headers()
                            .firstValue("Allow")
                            .orElseThrow());
            for (String path : List.of("/", "/nope", "/flows", "/ping/", "/%70ing")) {
                assertAnswer(Http.get(api.port(), path), 404, TEXT, "404: Not Found");
            }
        }
    }

    @Test
    void nodesAreThisOneAndThoseOfTheTable() throws Exception {
        String self = "{\"id\": \"me\", \"host\": \"here\", \"image_version\": \"1.2.3\","
                + " \"services\": {\"metadata\": \"3.0.0\"}, \"swap\": {\"metadata\": \"idle\"},"
                + " \"started\": \"1970-01-01T00:00:00Z\", \"last_seen\": \"1970-01-01T00:00:00Z\", \"this_node\": true}";
        try (TestDatabase database = TestDatabases.newest();
                MigrationApi api = open(database.dataSource(), true)) {
            assertAnswer(
                    Http.get(api.port(), "/nodes"),
                    200,
                    "application/json",
                    "{\"nodes\": [" + self + "], \"note\": \"Not written yet.\"}");
            database.execute("INSERT INTO metaservice_nodes VALUES ('other', 'there', '1.2.4', '{metadata}', '{NULL}',"
                    + " '{starting}', '2026-01-02T03:04:05Z', now())");
            String both = Http.get(api.port(), "/nodes").body();
            assertTrue(both.startsWith("{\"nodes\": [" + self + ", {\"id\": \"other\""), both);
            assertTrue(
                    both.contains("\"services\": {\"metadata\": null}, \"swap\": {\"metadata\": \"starting\"}"), both);
            assertTrue(both.contains("\"this_node\": false}"), both);
            database.execute("DROP TABLE metaservice_nodes");
            assertAnswer(
                    Http.get(api.port(), "/nodes"),
                    200,
                    "application/json",
                    "{\"nodes\": [" + self + "], \"note\": \"Other nodes are not known, because table"
                            + " public.metaservice_nodes does not exist; the next upgrade creates it.\"}");
        }
    }

    @Test
    void withoutDatabaseOnlyPingIsAnswered() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            DataSource gone = DatabaseConfig.fromEnvironment(
                            Environments.with(database.environment(), "MF_METADATA_DB_NAME", "no_such_database"))
                    .dataSource();
            try (MigrationApi api = open(gone, true)) {
                assertAnswer(Http.get(api.port(), "/ping"), 200, TEXT, "pong");
                for (String path : List.of("/version", "/db_schema_status", "/nodes")) {
                    HttpResponse<String> answer = Http.get(api.port(), path);
                    assertEquals(503, answer.statusCode());
                    assertTrue(
                            answer.body().startsWith("{\"detail\": \"Database here:5432/db does not answer: "),
                            answer::body);
                }
                assertTrue(Http.send(api.port(), "PATCH", "/upgrade", "").statusCode() >= 500);
                HttpResponse<String> page = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + "/"))
                                        .header("Accept", "text/html")
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertEquals(503, page.statusCode());
                assertTrue(page.body().contains("Database here:5432/db does not answer: "), page::body);
            }
        }
    }

    private static List<SchemaVersion> bundled() {
        try (TestDatabase database = TestDatabases.empty()) {
            return new Migrations(database.dataSource()).bundled();
        }
    }

    private static String json(List<SchemaVersion> versions) {
        return versions.stream().map(version -> "\"" + version + "\"").collect(Collectors.joining(", ", "[", "]"));
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Settings that change the behaviour of a service and are not covered by recordings ({@link OwnLauncherIT}). Settings
 * that do not affect each other share a launcher.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SettingsIT {

    private static final long V1 = 1;

    private static final JsonNode NO_BODY = NullNode.getInstance();

    private static final String ALLOWED_ORIGIN = "https://ui.example";

    private static final String OTHER_ORIGIN = "https://other.example";

    /** Allows two origins and one host name, logs statements, and has a pool of three connections. */
    private TestDatabase database;

    private LauncherProcess launcher;

    /** Allows every origin. */
    private TestDatabase openDatabase;

    private LauncherProcess open;

    @BeforeAll
    void start() throws Exception {
        database = TestDatabases.newest();
        launcher = LauncherProcess.start(with(
                database.environment(),
                Map.of(
                        "ORIGIN_TO_ALLOW_CORS_FROM", ALLOWED_ORIGIN + ",https://two.example",
                        "MF_ALLOWED_HOSTS", "127.0.0.1",
                        "AIOPG_ECHO", "1",
                        "MF_METADATA_DB_POOL_MIN", "3",
                        "MF_METADATA_DB_POOL_MAX", "3")));
        openDatabase = TestDatabases.newest();
        open = LauncherProcess.start(with(openDatabase.environment(), Map.of("ORIGIN_TO_ALLOW_CORS_FROM", "*")));
    }

    @AfterAll
    void stop() throws Exception {
        try {
            if (launcher != null) { // null if the start failed
                launcher.stop();
            }
        } finally {
            for (AutoCloseable resource : Arrays.asList(launcher, database, open, openDatabase)) {
                if (resource != null) {
                    resource.close();
                }
            }
        }
    }

    @Test
    void version1IgnoresPrefixTablesTriggersAndReplica() throws Exception {
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
        assertEquals(404, launcher.ask("GET", "/flows/SecretFlow", NO_BODY).status());
        assertTrue(launcher.log().contains("FROM flows_v3 WHERE flow_id = ?"), launcher::log);
        assertFalse(launcher.log().contains("SecretFlow"), launcher::log);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED_ORIGIN, "*"})
    void allowedOriginsGetCorsHeaders(String allowed) throws Exception {
        URI service = allowed.equals("*") ? open.metadata() : launcher.metadata();
        try (HttpConnection http = new HttpConnection(service, Stage.DEFAULT_TIMEOUT)) {
            Map<String, String> preflight = Map.of(
                    "Origin", ALLOWED_ORIGIN,
                    "Access-Control-Request-Method", "POST",
                    "Access-Control-Request-Headers", "content-type");
            Answer preflightResponse = send(http, "OPTIONS", "/flows/F", preflight);
            assertEquals(204, preflightResponse.status());
            assertEquals(Optional.of(allowed), preflightResponse.header("Access-Control-Allow-Origin"));
            assertEquals(Optional.of("GET, POST, PATCH"), preflightResponse.header("Access-Control-Allow-Methods"));
            assertEquals(Optional.of("content-type"), preflightResponse.header("Access-Control-Allow-Headers"));

            Answer page = send(http, "GET", "/flows", Map.of("Origin", ALLOWED_ORIGIN));
            assertEquals(200, page.status());
            assertEquals(Optional.of(allowed), page.header("Access-Control-Allow-Origin"));
            assertEquals(405, send(http, "OPTIONS", "/flows").status());
        }
    }

    @Test
    void otherOriginsGetNoCorsHeaders() throws Exception {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Answer page = send(http, "GET", "/flows", Map.of("Origin", OTHER_ORIGIN));
            assertEquals(Optional.empty(), page.header("Access-Control-Allow-Origin"));
            assertEquals(Optional.of("Origin"), page.header("Vary"));
            Map<String, String> preflight = Map.of("Origin", OTHER_ORIGIN, "Access-Control-Request-Method", "POST");
            assertEquals(405, send(http, "OPTIONS", "/flows", preflight).status());
        }
    }

    @Test
    void writesOfOtherOriginsAreRefused() throws Exception {
        assertEquals(403, createFlow("FromOtherPage", OTHER_ORIGIN).status());
        assertEquals(404, launcher.ask("GET", "/flows/FromOtherPage", NO_BODY).status());
        assertEquals(200, createFlow("FromOurPage", ALLOWED_ORIGIN).status());
    }

    private Answer createFlow(String flow, String origin) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            return http.send(new Request(
                    "POST",
                    "/flows/" + flow,
                    Optional.empty(),
                    JsonNodeFactory.instance.objectNode(),
                    Map.of("Origin", origin)));
        }
    }

    /** No web page of the migration API sends upgrades, so every origin is refused. */
    @Test
    void upgradesByWebPagesAreRefused() throws Exception {
        try (HttpConnection migration = new HttpConnection(launcher.migration(), Stage.DEFAULT_TIMEOUT)) {
            for (String origin : List.of(ALLOWED_ORIGIN, OTHER_ORIGIN)) {
                assertEquals(
                        403,
                        send(migration, "PATCH", "/upgrade", Map.of("Origin", origin))
                                .status());
            }
            assertEquals(200, send(migration, "PATCH", "/upgrade").status());
        }
    }

    @Test
    void requestsForOtherHostsAreMisdirected() throws Exception {
        for (URI service : List.of(launcher.metadata(), launcher.migration())) {
            try (HttpConnection http = new HttpConnection(service, Stage.DEFAULT_TIMEOUT)) {
                assertEquals(
                        421,
                        send(http, "GET", "/ping", Map.of("Host", "other.example"))
                                .status());
                assertEquals(
                        200,
                        send(http, "GET", "/ping", Map.of("Host", "127.0.0.1:1"))
                                .status());
            }
        }
    }

    @Test
    void tokenEndpointSendsNoCorsHeaders() throws Exception {
        try (HttpConnection http = new HttpConnection(open.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Answer answer = send(http, "GET", "/auth/token", Map.of("Origin", ALLOWED_ORIGIN));
            assertEquals(501, answer.status());
            assertEquals(Optional.empty(), answer.header("Access-Control-Allow-Origin"));
        }
    }

    @Test
    void poolKeepsTheConfiguredNumberOfConnections() {
        String count = "select count(*) from pg_stat_activity where application_name = 'metaservice'"
                + " and datname = current_database()";
        Eventually.await(
                "the pool has three connections", () -> database.query(count).equals(List.of(List.of(3L))));
    }

    @Test
    void statementTimeoutIsAnsweredWith503AndRetryAfter() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher =
                        LauncherProcess.start(with(database.environment(), Map.of("MF_METADATA_DB_TIMEOUT", "0.5")));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT);
                Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("lock table flows_v3");
            Answer answer = send(http, "GET", "/flows");
            assertEquals(503, answer.status());
            assertTrue(answer.header("Retry-After").isPresent());
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
        return http.send(new Request(method, path, Optional.empty(), NO_BODY, headers));
    }
}

package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.CatalogException;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.SettingsValues;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.Tables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts and closes each service of the distribution. */
class BundledServicesIT {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Small bodies, and pages of every origin. */
    private static final SettingsValues SETTINGS =
            new SettingsValues("", 1 << 20, List.of("*"), Tables.DEFAULT, Optional.empty(), Duration.ofMinutes(6));

    /** Several times as long as what is sent with its length. */
    private static final String LONG_LIST = """
            INSERT INTO flows_v3 (flow_id, ts_epoch, tags)
                SELECT 'Long' || i, 1, jsonb_build_array(repeat('t', 1000)) FROM generate_series(1, 1000) i
            """;

    static List<BundledService> bundled() throws CatalogException {
        return ServiceCatalog.read(Path.of("target", "metaservice", "services")).services();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bundled")
    void serviceRunsOnItsLowestSchemaAndLeaksNothing(BundledService bundled) throws Exception {
        try (TestDatabase database =
                        TestDatabases.at(Math.max(1, bundled.schemaMin().number()));
                FrontDoor frontDoor = FrontDoor.open(
                        "front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1 << 20)) {
            awaitCollected(serveAndClose(bundled, database, frontDoor));
            assertEquals(List.of(), threadsOf(bundled));
        }
    }

    /** A start checks all statements of the service against the schema. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("bundled")
    void serviceStartsOnTheNewestSchema(BundledService bundled) throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                IsolatedService service = start(bundled, database)) {
            assertEquals(Health.UP, service.health());
        }
    }

    /** In a method of its own, so that no local variable keeps the service alive. */
    private static WeakReference<ClassLoader> serveAndClose(
            BundledService bundled, TestDatabase database, FrontDoor frontDoor) throws Exception {
        IsolatedService service = start(bundled, database);
        assertEquals(Health.UP, service.health());
        frontDoor.serve(service.handler());
        HttpResponse<String> created = send(
                frontDoor,
                "POST",
                "/flows/F",
                "{\"flow_name\": \"F\", \"user_name\": \"u\", \"tags\": [], \"system_tags\": []}");
        assertEquals(200, created.statusCode(), created::body);
        assertEquals(200, send(frontDoor, "GET", "/flows", "").statusCode());
        HttpResponse<String> ping = send(frontDoor, "GET", "/ping", "");
        assertEquals(
                bundled.version().toString(),
                ping.headers().firstValue("METADATA_SERVICE_VERSION").orElseThrow());
        answeredOnTheThreadsOfTheFrontDoor(frontDoor);
        database.execute(LONG_LIST);
        HttpResponse<String> streamed = send(frontDoor, "GET", "/flows", "");
        assertEquals(
                "chunked", streamed.headers().firstValue("Transfer-Encoding").orElse("not streamed"));
        assertTrue(streamed.body().endsWith("]"), "the list has no end");
        frontDoor.serve(CannedAnswer.unavailable("message", "no service")).drain(DEADLINE);
        service.close();
        return new WeakReference<>(service.loader());
    }

    /** Those threads outlive the service: what it keeps in their thread-locals would keep its classes in memory. */
    private static void answeredOnTheThreadsOfTheFrontDoor(FrontDoor door) throws Exception {
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) { // each is a connection of its own
            assertEquals(404, send(door, "GET", "/nonsense", "").statusCode());
            assertEquals(405, send(door, "DELETE", "/flows", "").statusCode());
        }
        HttpRequest asked = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + "/flows"))
                .timeout(DEADLINE)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "http://page.example")
                .header("Access-Control-Request-Method", "GET")
                .build();
        HttpResponse<Void> allowed = HttpClient.newHttpClient().send(asked, HttpResponse.BodyHandlers.discarding());
        assertEquals(204, allowed.statusCode());
        String tooLong = " ".repeat(SETTINGS.maxBodyBytes() + 1);
        assertEquals(413, send(door, "POST", "/flows/TooLong", tooLong).statusCode());
    }

    private static IsolatedService start(BundledService bundled, TestDatabase database) throws Exception {
        DatabaseAccess access = SpiSettings.database(DatabaseConfig.fromEnvironment(database.environment()));
        return IsolatedService.start(
                bundled,
                access,
                SETTINGS,
                () -> {
                    throw new AssertionError("this test requests no tokens");
                },
                PauseWhileBusy.NEVER);
    }

    private static HttpResponse<String> send(FrontDoor frontDoor, String method, String path, String body)
            throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + frontDoor.port() + path))
                                .timeout(DEADLINE)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> threadsOf(BundledService bundled) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("service-" + bundled.version()))
                .toList();
    }

    private static void awaitCollected(WeakReference<?> reference) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (reference.get() != null && System.nanoTime() < deadline) {
            System.gc();
            Thread.onSpinWait();
        }
        assertNull(reference.get(), "still reachable");
    }
}

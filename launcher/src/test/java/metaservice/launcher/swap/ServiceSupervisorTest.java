package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import metaservice.launcher.Http;
import metaservice.launcher.ServiceJar;
import metaservice.launcher.StatusJson;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.http.JsonText;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.IsolatedServiceTest;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.Eventually;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.ServiceSettings;
import metaservice.spi.ServiceStartException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A keeper whose services answer with their version, and a schema that is whatever the test says. */
class ServiceSupervisorTest {

    /** Set while the oldest service is to say that it is not well. */
    private static final String SICK = "keeper-test.sick";

    @TempDir
    private Path services;

    private final AtomicReference<SchemaStatus> schema = new AtomicReference<>(schema(1, Optional.empty()));
    private final AtomicInteger looks = new AtomicInteger();
    private FrontDoor door;
    private ServiceSupervisor keeper;

    @BeforeEach
    void open() throws Exception {
        door = FrontDoor.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        for (String[] service :
                new String[][] {{"1.0.1", "0"}, {"2.5.1", "20200603104139"}, {"3.0.0", "20260706000003"}}) {
            ServiceJar.of(service[0], service[1])
                    .source(
                            "demo.Provider",
                            ServiceJar.provider(
                                    "exchange -> exchange.getResponseSender().send(context.serviceVersion())"))
                    .write(services, service[0] + ".jar");
        }
    }

    @AfterEach
    void close() {
        if (keeper != null) {
            keeper.close();
        }
        door.close();
        System.clearProperty(SICK);
    }

    private static SchemaStatus schema(long version, Optional<ServiceVersion> floor) {
        return new SchemaStatus(SchemaState.FLYWAY, new SchemaVersion(version), List.of(), List.of(), false, floor);
    }

    private static IsolatedService start(BundledService service, PauseWhileBusy courtesy) throws ServiceStartException {
        return IsolatedService.start(
                service,
                IsolatedServiceTest.NO_DATABASE,
                ServiceSettings.DEFAULTS,
                () -> {
                    throw new AssertionError("nobody asks for tokens here");
                },
                courtesy);
    }

    /** Begins with the service that the schema calls for; looks at the schema only when told. */
    private void keep(boolean swaps, ServiceSupervisor.Starter starter) throws Exception {
        keep(swaps, PauseWhileBusy.NONE, starter);
    }

    private void keep(boolean swaps, PauseWhileBusy courtesy, ServiceSupervisor.Starter starter) throws Exception {
        ServiceCatalog catalog = ServiceCatalog.read(services);
        ServiceSupervisor.Pace pace = new ServiceSupervisor.Pace(Http.DEADLINE, Duration.ofDays(1), swaps, courtesy);
        keeper = new ServiceSupervisor(door, catalog, this::look, starter, pace);
        keeper.startFirst(catalog.newestFor(schema.get().schemaVersion(), Optional.empty())
                .orElseThrow());
        keeper.begin();
    }

    private SchemaStatus look() {
        looks.incrementAndGet();
        return schema.get();
    }

    private void become(SchemaStatus next) {
        schema.set(next);
        keeper.schemaMayHaveChanged();
    }

    private void awaitLook() {
        int before = looks.get();
        keeper.schemaMayHaveChanged();
        Eventually.await("the keeper looked", () -> looks.get() > before);
    }

    private String status() {
        return JsonText.object(keeper.status(schema.get()));
    }

    private void awaitStatus(String part) {
        Eventually.await("the status has " + part, () -> StatusJson.shows(status(), part));
    }

    private void awaitAnswer(String expected) {
        Eventually.await(
                expected + " answers", () -> Http.get(door.port(), "/").body().equals(expected));
    }

    @Test
    void withoutSwappingTheStatusFollowsTheWantedVersion() throws Exception {
        keep(false, ServiceSupervisorTest::start);
        for (String[] wanted : new String[][] {{"20200603104139", "2.5.1"}, {"20260706000003", "3.0.0"}}) {
            become(schema(Long.parseLong(wanted[0]), Optional.empty()));
            awaitStatus("\"swap\": {\"state\": \"restart_needed\", \"from\": \"1.0.1\", \"to\": \"" + wanted[1]
                    + "\", \"reason\": \"Swapping is off (MF_UPGRADE_SWAP): restart to run " + wanted[1] + ".\"");
        }
        assertEquals("1.0.1", Http.get(door.port(), "/").body());
    }

    @Test
    void errorOutOfAStartEndsThatAttemptOnly() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        keep(true, (service, courtesy) -> {
            if (broken.compareAndSet(true, false)) {
                throw new AssertionError("nobody foresaw this");
            }
            return start(service, courtesy);
        });
        broken.set(true);
        become(schema(20260706000003L, Optional.empty()));
        Eventually.await("the start was tried", () -> !broken.get());
        assertEquals("1.0.1", Http.get(door.port(), "/").body());
        awaitLook();
        awaitAnswer("3.0.0");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": null");
    }

    @Test
    void startIsOnlyCourteousWhileTheOldServiceIsWell() throws Exception {
        ServiceJar.of("1.0.1", "0")
                .source(
                        "demo.Provider",
                        ServiceJar.provider("exchange -> exchange.setStatusCode(500)")
                                .replace(
                                        "return Health.UP; }",
                                        "return Boolean.getBoolean(\"" + SICK
                                                + "\") ? Health.down(\"sick\") : Health.UP; }"))
                .write(services, "1.0.1.jar");
        AtomicBoolean dueAtFirst = new AtomicBoolean();
        keep(true, new PauseWhileBusy(() -> true), (service, courtesy) -> {
            if (service.version().major() == 3) {
                dueAtFirst.set(courtesy.isDue());
                System.setProperty(SICK, "true");
                Eventually.await("the start hurries", () -> !courtesy.isDue());
            }
            return start(service, PauseWhileBusy.NONE);
        });
        become(schema(20260706000003L, Optional.empty()));
        awaitAnswer("3.0.0");
        assertTrue(dueAtFirst.get());
    }

    /** Handlers that answer otherwise than by telling their version. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exchange.setStatusCode(500)|Service 3.0.0 answers 500 to GET /sample",
                "exchange.getConnection().close()|Service 3.0.0 does not answer: its connection ended without an answer"
            })
    void serviceThatFailsItsRehearsalDoesNotTakeOver(String handling, String reason) throws Exception {
        ServiceJar.of("3.0.0", "20260706000003")
                .source("demo.Provider", ServiceJar.rehearsed("exchange -> " + handling))
                .write(services, "3.0.0.jar");
        keep(true, ServiceSupervisorTest::start);
        become(schema(20260706000003L, Optional.empty()));
        awaitStatus("\"swap\": {\"state\": \"failed\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": \"" + reason
                + "\"");
        assertEquals("1.0.1", Http.get(door.port(), "/").body());
    }

    @Test
    void serviceThatPassesItsRehearsalTakesOver() throws Exception {
        ServiceJar.of("3.0.0", "20260706000003")
                .source(
                        "demo.Provider",
                        ServiceJar.rehearsed("new HttpHandler() { int samples;"
                                + " public synchronized void handleRequest(HttpServerExchange exchange) {"
                                + " samples += exchange.getRequestPath().equals(\"/sample\") ? 1 : 0;"
                                + " exchange.getResponseSender().send(\"samples: \" + samples); } }"))
                .write(services, "3.0.0.jar");
        keep(true, ServiceSupervisorTest::start);
        become(schema(20260706000003L, Optional.empty()));
        awaitAnswer("samples: 8");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": null");
    }

    @Test
    void serviceThatTheDatabaseShutsOutGoesAndComesBackWhenItIsAdmitted() throws Exception {
        keep(true, ServiceSupervisorTest::start);
        become(schema(1, Optional.of(ServiceVersion.parse("4.0.0"))));
        awaitStatus("\"service\": {\"version\": \"1.0.1\", \"state\": \"down\"");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": null, \"reason\": \"The database has"
                + " schema version 1, which admits services from version 4.0.0 on, and this image holds only 1.0.1,"
                + " 2.5.1, 3.0.0: run a newer image.\"");
        HttpResponse<String> refusal = Http.get(door.port(), "/");
        assertEquals(503, refusal.statusCode());
        assertEquals("1", refusal.headers().firstValue("Retry-After").orElseThrow());
        String told = status();
        awaitLook();
        awaitLook();
        assertEquals(told, status(), "told again");
        become(schema(1, Optional.empty()));
        awaitAnswer("1.0.1");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": null, \"to\": \"1.0.1\", \"reason\": null");
    }
}

package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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
import metaservice.launcher.service.ServiceDeadlines;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.service.SettingsValues;
import metaservice.migrations.Eventually;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.ServiceStartException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A supervisor with test services, which answer with their version, and a schema that the test sets. */
class ServiceSupervisorTest {

    /** System property: the result of the next health check of a service with {@link #MEMBERS}. */
    private static final String HEALTH = "supervisor-test.health";

    /** System property: the latch that hanging calls wait for; it is released at the end of a test. */
    private static final String LATCH = "supervisor-test.latch";

    /** Members of a provider: a wait that ignores interrupts, and a health check whose result the test sets. */
    private static final String MEMBERS = """
            static void hang() {
                boolean over = false;
                while (!over) {
                    try {
                        ((java.util.concurrent.CountDownLatch) System.getProperties().get("supervisor-test.latch")).await();
                        over = true;
                    } catch (InterruptedException e) {
                        System.setProperty("supervisor-test.interrupted", "yes");
                    }
                }
            }
            static String how = "well";
            static Health health() {
                if (how.equals("well")) {
                    how = System.getProperty("supervisor-test.health", "well");
                    System.clearProperty("supervisor-test.health");
                }
                if (how.equals("hangs")) {
                    hang();
                }
                return how.equals("well") ? Health.UP : Health.down("sick");
            }
            """;

    /** Long enough for calls that end, on a busy machine; short enough for the tests of calls that hang. */
    private static final ServiceDeadlines DEADLINES =
            new ServiceDeadlines(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(2));

    @TempDir
    private Path services;

    /** Thrown by the next read of the schema, if present. */
    private final AtomicReference<Optional<Error>> nextError = new AtomicReference<>(Optional.empty());

    private final AtomicReference<SchemaStatus> schema = new AtomicReference<>(schema(1, Optional.empty()));
    private final AtomicInteger reads = new AtomicInteger();
    private FrontDoor frontDoor;
    private ServiceSupervisor supervisor;

    private final SettableClock clock = new SettableClock();
    private final PauseWhileBusy pauses = new PauseWhileBusy(() -> false);
    private final CountDownLatch hanging = new CountDownLatch(1);

    @BeforeEach
    void open() throws Exception {
        System.getProperties().put(LATCH, hanging);
        frontDoor = FrontDoor.open("front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
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
        hanging.countDown();
        if (supervisor != null) {
            supervisor.close();
        }
        frontDoor.close();
        System.getProperties()
                .keySet()
                .removeIf(name -> name.toString().startsWith("supervisor-test.") && !name.equals(LATCH));
    }

    private static SchemaStatus schema(long version, Optional<ServiceVersion> floor) {
        return new SchemaStatus(SchemaState.FLYWAY, new SchemaVersion(version), List.of(), List.of(), false, floor);
    }

    private static IsolatedService start(BundledService service, PauseWhileBusy pauses) throws ServiceStartException {
        return IsolatedService.start(
                service,
                IsolatedServiceTest.NO_DATABASE,
                SettingsValues.DEFAULTS,
                () -> {
                    throw new AssertionError("these services request no tokens");
                },
                pauses,
                DEADLINES);
    }

    /** Starts the newest compatible service; reads the schema after a signal only. */
    private void supervise(boolean swaps, ServiceStarter starter) throws Exception {
        ServiceCatalog catalog = ServiceCatalog.read(services);
        SwapConfig config = new SwapConfig(Http.DEADLINE, Duration.ofDays(1), swaps, pauses);
        supervisor = new ServiceSupervisor(
                ServiceKind.METADATA, frontDoor, catalog, this::readSchema, starter, config, clock);
        supervisor.startFirst(catalog.newestFor(schema.get().schemaVersion(), Optional.empty())
                .orElseThrow());
        supervisor.begin();
    }

    private SchemaStatus readSchema() {
        reads.incrementAndGet();
        nextError.getAndSet(Optional.empty()).ifPresent(error -> {
            throw error;
        });
        return schema.get();
    }

    private void changeSchema(SchemaStatus next) {
        schema.set(next);
        supervisor.schemaMayHaveChanged();
    }

    private void awaitRead() {
        int before = reads.get();
        supervisor.schemaMayHaveChanged();
        Eventually.await("the supervisor has read the schema", () -> reads.get() > before);
    }

    private String status() {
        return JsonText.object(supervisor.status(schema.get()));
    }

    private void awaitStatus(String part) {
        Eventually.await("the status has " + part, () -> StatusJson.shows(status(), part));
    }

    private void awaitAnswer(String expected) {
        Eventually.await(
                expected + " answers",
                () -> Http.get(frontDoor.port(), "/").body().equals(expected));
    }

    @Test
    void withoutSwappingTheStatusFollowsTheWantedVersion() throws Exception {
        supervise(false, ServiceSupervisorTest::start);
        for (String[] wanted : new String[][] {{"20200603104139", "2.5.1"}, {"20260706000003", "3.0.0"}}) {
            changeSchema(schema(Long.parseLong(wanted[0]), Optional.empty()));
            awaitStatus("\"swap\": {\"state\": \"restart_needed\", \"from\": \"1.0.1\", \"to\": \"" + wanted[1]
                    + "\", \"reason\": \"Swapping is off (MF_UPGRADE_SWAP): restart to run " + wanted[1] + ".\"");
        }
        assertEquals("1.0.1", Http.get(frontDoor.port(), "/").body());
    }

    @Test
    void supervisorContinuesAfterAnErrorOfTheVirtualMachine() throws Exception {
        supervise(true, ServiceSupervisorTest::start);
        nextError.set(Optional.of(new OutOfMemoryError("unable to create native thread")));
        changeSchema(schema(20260706000003L, Optional.empty()));
        Eventually.await("the read failed", () -> nextError.get().isEmpty());
        supervisor.schemaMayHaveChanged();
        awaitAnswer("3.0.0");
    }

    @Test
    void schemaIsReadAgainAfterAFailedRound() throws Exception {
        supervise(true, ServiceSupervisorTest::start);
        nextError.set(Optional.of(new OutOfMemoryError("unable to create native thread")));
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitAnswer("3.0.0");
    }

    @Tag("extended")
    @Test
    void startThatHangsFailsAndTheOldServiceIsStillChecked() throws Exception {
        bundle("1.0.1", "0", "return Health.UP; }", "return Provider.health(); }");
        bundle("3.0.0", "20260706000003", "return new RunningService()", "hang(); return new RunningService()");
        supervise(true, ServiceSupervisorTest::start);
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitStatus(
                "\"swap\": {\"state\": \"failed\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": \"Service 3.0.0"
                        + " cannot be started: its start took longer than 5 s\"");
        assertEquals("1.0.1", Http.get(frontDoor.port(), "/").body());
        Eventually.await(
                "the next attempt does not start while the earlier one runs",
                () -> status().contains("an earlier start of it missed its deadline and has not ended yet"));
        changeSchema(schema(1, Optional.empty()));
        awaitStatus("\"swap\": {\"state\": \"idle\"");
        assertReplacedAfter(() -> System.setProperty(HEALTH, "down"));
    }

    @Tag("extended")
    @Test
    void serviceWhoseHealthCheckHangsIsReplaced() throws Exception {
        bundle("1.0.1", "0", "return Health.UP; }", "return Provider.health(); }");
        supervise(true, ServiceSupervisorTest::start);
        assertReplacedAfter(() -> System.setProperty(HEALTH, "hangs"));
    }

    @Tag("extended")
    @Test
    void closeThatHangsDoesNotPreventFurtherSwaps() throws Exception {
        bundle("1.0.1", "0", "void close() {}", "void close() { hang(); }");
        supervise(true, ServiceSupervisorTest::start);
        changeSchema(schema(20200603104139L, Optional.empty()));
        awaitAnswer("2.5.1");
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitAnswer("3.0.0");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"2.5.1\", \"to\": \"3.0.0\", \"reason\": null");
    }

    /** Bundles a service that answers with its version, with one part of its source replaced. */
    private void bundle(String version, String schemaMin, String target, String replacement) throws Exception {
        String source = ServiceJar.provider(
                        "exchange -> exchange.getResponseSender().send(context.serviceVersion())", MEMBERS)
                .replace(target, replacement);
        ServiceJar.of(version, schemaMin).source("demo.Provider", source).write(services, version + ".jar");
    }

    private void assertReplacedAfter(Runnable step) {
        String before = serviceSince();
        step.run();
        Eventually.await(
                "another instance serves",
                () -> !serviceSince().equals(before)
                        && status().contains("\"service\": {\"version\": \"1.0.1\", \"state\": \"serving\""));
    }

    private String serviceSince() {
        return status().replaceAll(".*\"service\": (\\{[^}]*}).*", "$1");
    }

    @Test
    void startPausesBetweenItsStepsOnlyWhileAnotherServiceServes() throws Exception {
        List<PauseWhileBusy> given = new CopyOnWriteArrayList<>();
        supervise(true, (service, startPauses) -> {
            given.add(startPauses);
            return start(service, startPauses);
        });
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitAnswer("3.0.0");
        assertEquals(List.of(PauseWhileBusy.NEVER, pauses), given);
    }

    @Test
    void settingTheClockBackDelaysNoAttempt() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        supervise(true, (service, startPauses) -> {
            if (broken.get()) {
                throw new ServiceStartException("not now", null);
            }
            return start(service, startPauses);
        });
        broken.set(true);
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitStatus("\"swap\": {\"state\": \"failed\"");
        clock.setBack = Duration.between(Instant.EPOCH, Instant.now());
        broken.set(false);
        awaitAnswer("3.0.0");
        Eventually.await(
                "the status has the time of the clock",
                () -> StatusJson.parse(status()).at("/service/since").asText().startsWith("1970-01-01T00:0"));
    }

    /** The system's clock, set back by the given time. */
    private static final class SettableClock extends Clock {

        private volatile Duration setBack = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().minus(setBack);
        }
    }

    @Test
    void errorDuringAStartEndsThatAttemptOnly() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        supervise(true, (service, startPauses) -> {
            if (broken.compareAndSet(true, false)) {
                throw new AssertionError("unexpected");
            }
            return start(service, startPauses);
        });
        broken.set(true);
        changeSchema(schema(20260706000003L, Optional.empty()));
        Eventually.await("the start was tried", () -> !broken.get());
        assertEquals("1.0.1", Http.get(frontDoor.port(), "/").body());
        awaitRead();
        awaitAnswer("3.0.0");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": null");
    }

    /** With handlers that fail. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exchange.setStatusCode(500)|Service 3.0.0 answers 500 to GET /sample",
                "exchange.getConnection().close()|Service 3.0.0 does not answer: its connection ended without an answer"
            })
    void serviceThatFailsItsWarmUpDoesNotReplaceTheOldOne(String handling, String reason) throws Exception {
        ServiceJar.of("3.0.0", "20260706000003")
                .source("demo.Provider", ServiceJar.providerWithSample("exchange -> " + handling))
                .write(services, "3.0.0.jar");
        supervise(true, ServiceSupervisorTest::start);
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitStatus("\"swap\": {\"state\": \"failed\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": \"" + reason
                + "\"");
        assertEquals("1.0.1", Http.get(frontDoor.port(), "/").body());
    }

    @Test
    void serviceThatPassesItsWarmUpReplacesTheOldOne() throws Exception {
        ServiceJar.of("3.0.0", "20260706000003")
                .source(
                        "demo.Provider",
                        ServiceJar.providerWithSample("new HttpHandler() { int samples;"
                                + " public synchronized void handleRequest(HttpServerExchange exchange) {"
                                + " samples += exchange.getRequestPath().equals(\"/sample\") ? 1 : 0;"
                                + " exchange.getResponseSender().send(\"samples: \" + samples); } }"))
                .write(services, "3.0.0.jar");
        supervise(true, ServiceSupervisorTest::start);
        changeSchema(schema(20260706000003L, Optional.empty()));
        awaitAnswer("samples: 8");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": null");
    }

    @Test
    void serviceThatTheDatabaseShutsOutIsRemovedAndStartedAgainWhenItIsAdmitted() throws Exception {
        supervise(true, ServiceSupervisorTest::start);
        changeSchema(schema(1, Optional.of(ServiceVersion.parse("4.0.0"))));
        awaitStatus("\"service\": {\"version\": \"1.0.1\", \"state\": \"down\"");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": null, \"reason\": \"The database has"
                + " schema version 1, which admits services from version 4.0.0 on, and this image holds only 1.0.1,"
                + " 2.5.1, 3.0.0: run a newer image.\"");
        HttpResponse<String> refusal = Http.get(frontDoor.port(), "/");
        assertEquals(503, refusal.statusCode());
        assertEquals("1", refusal.headers().firstValue("Retry-After").orElseThrow());
        String before = status();
        awaitRead();
        awaitRead();
        assertEquals(before, status(), "reported once");
        changeSchema(schema(1, Optional.empty()));
        awaitAnswer("1.0.1");
        awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": null, \"to\": \"1.0.1\", \"reason\": null");
    }
}

package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.Migrations;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A launcher with test services, which answer with their version, and a real database whose schema changes. */
class SwapIT {

    private static final Map<String, String> NEVER_POLLING = Map.of(
            "MF_METADATA_HOST", "127.0.0.1",
            "MF_METADATA_PORT", "0",
            "MF_MIGRATION_PORT", "0",
            "MF_UPGRADE_PAUSES", "off",
            "MF_UPGRADE_POLL_SECONDS", "86400");

    /** Answers with the version of the service; {@code /slow} waits for the property {@code swap-it.slow}. */
    private static final String HANDLER = """
            exchange -> exchange.dispatch(() -> {
                if (exchange.getRequestPath().equals("/slow")) {
                    Provider.waitForProperty("swap-it.slow");
                }
                exchange.getResponseSender().send(context.serviceVersion());
            })""";

    private static final String MEMBERS = """
            static void waitForProperty(String name) {
                System.setProperty(name + ".entered", "yes");
                while (System.getProperty(name) == null) {
                    Thread.onSpinWait();
                }
            }
            """;

    private static final String NO_PROVIDER = "package demo; public final class Provider {}";

    @TempDir
    private Path services;

    private TestDatabase database;
    private final StopSignal stop = new StopSignal();
    private Launcher launcher;
    private StartupReport report;

    @BeforeEach
    void database() {
        database = TestDatabases.at(1);
    }

    @AfterEach
    void stop() {
        if (launcher != null) {
            launcher.close();
        }
        database.close();
        System.getProperties().keySet().removeIf(name -> name.toString().startsWith("swap-it."));
    }

    private static ServiceJar service(String version, String schemaMin) {
        return ServiceJar.of(version, schemaMin).source("demo.Provider", ServiceJar.provider(HANDLER, MEMBERS));
    }

    private void bundleBoth() throws IOException {
        service("1.0.1", "0").write(services, "old.jar");
        service("3.0.0", "20260706000003").write(services, "new.jar");
    }

    private void start(Map<String, String> settings) throws Exception {
        launcher = new Launcher(
                LauncherConfig.fromEnvironment(settings),
                ServiceCatalog.read(services),
                DatabaseSource.given(DatabaseConfig.fromEnvironment(database.environment())),
                TokenLibrary.issuer(Optional.empty(), services),
                stop);
        report = launcher.start().orElseThrow();
    }

    private static int port(String url) {
        return Integer.parseInt(url.replaceAll("http://127\\.0\\.0\\.1:([0-9]+).*", "$1"));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return Http.get(port(report.find("metadata").orElseThrow().url()), path);
    }

    private String status() throws Exception {
        return Http.get(port(report.migrationUrl().orElseThrow()), "/db_schema_status")
                .body();
    }

    private static <T> T await(Callable<T> read, Predicate<T> condition) throws Exception {
        long deadline = System.nanoTime() + Http.DEADLINE.toNanos();
        T value = read.call();
        while (!condition.test(value)) {
            assertTrue(System.nanoTime() < deadline, "still " + value);
            value = read.call();
        }
        return value;
    }

    private void awaitAnswer(String expected) throws Exception {
        await(() -> get("/").body(), expected::equals);
    }

    private String awaitStatus(String part) throws Exception {
        return await(this::status, text -> StatusJson.shows(text, part));
    }

    /** Changes the schema version in the ledger without running migrations. */
    private void setSchemaVersion(long schemaVersion, boolean notify) {
        database.execute("update flyway_schema_history set version = '" + schemaVersion + "' where installed_rank ="
                + " (select max(installed_rank) from flyway_schema_history)");
        if (notify) {
            database.execute("notify " + Migrations.CHANNEL);
        }
    }

    @Test
    void upgradeThroughTheApiSwapsAndTheOldServiceCompletesItsRequest() throws Exception {
        bundleBoth();
        start(NEVER_POLLING);
        CompletableFuture<HttpResponse<String>> slow =
                Http.begin(port(report.find("metadata").orElseThrow().url()), "/slow");
        await(() -> System.getProperty("swap-it.slow.entered"), "yes"::equals);
        assertEquals(
                "upgrade success",
                Http.send(port(report.migrationUrl().orElseThrow()), "PATCH", "/upgrade", "")
                        .body());
        awaitAnswer("3.0.0");
        awaitStatus("\"swap\": {\"state\": \"draining\", \"from\": \"1.0.1\", \"to\": \"3.0.0\", \"reason\": null");
        System.setProperty("swap-it.slow", "continue");
        assertEquals("1.0.1", slow.get().body());
        String settled = awaitStatus("\"swap\": {\"state\": \"idle\", \"from\": \"1.0.1\", \"to\": \"3.0.0\"");
        assertTrue(StatusJson.shows(settled, "\"service\": {\"version\": \"3.0.0\", \"state\": \"serving\""), settled);
        String since = StatusJson.parse(settled).path("service").path("since").asText();
        assertTrue(Instant.parse(since).isBefore(Instant.now().plusSeconds(1)), since);
    }

    @Test
    void upgradeByAnotherNodeSwaps() throws Exception {
        bundleBoth();
        start(NEVER_POLLING);
        assertEquals("1.0.1", get("/").body());
        new Migrations(database.dataSource()).upgrade();
        awaitAnswer("3.0.0");
    }

    @Test
    void pollDetectsAnUpgradeWithoutANotification() throws Exception {
        bundleBoth();
        start(Environments.with(NEVER_POLLING, "MF_UPGRADE_POLL_SECONDS", "1"));
        assertEquals("1.0.1", get("/").body());
        setSchemaVersion(20260706000003L, false);
        awaitAnswer("3.0.0");
    }

    @Test
    void lostConnectionOfTheSchemaWatchIsReopened() throws Exception {
        bundleBoth();
        start(NEVER_POLLING);
        String watch = "from pg_stat_activity where datname = current_database() and query like 'LISTEN%'";
        await(() -> database.query("select pid " + watch).size(), listening -> listening == 1);
        setSchemaVersion(20260706000003L, false);
        database.query("select pg_terminate_backend(pid) " + watch); // the schema is read after each reconnect
        awaitAnswer("3.0.0");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "start throws | refuse() | static HttpHandler refuse() throws ServiceStartException"
                        + " { throw new ServiceStartException(\"no tables\", null); } | no tables",
                "class cannot be initialized | null | static { if (true) throw new IllegalStateException(); }"
                        + " | Service 3.0.0 cannot be started: java.lang.ExceptionInInitializerError",
                "not healthy | null | static final class Health {"
                        + " static final metaservice.spi.Health UP = metaservice.spi.Health.down(\"sick\"); }"
                        + " | Service 3.0.0 started but is not healthy: sick",
                "no provider | null | - | Service 3.0.0 cannot be started: demo.Provider in"
            })
    void failedStartLeavesTheOldServiceServing(String how, String handler, String broken, String reason)
            throws Exception {
        ServiceJar.of("3.0.0", "20260706000003")
                .source(
                        "demo.Provider",
                        broken.equals("-")
                                ? NO_PROVIDER
                                : ServiceJar.provider(handler, broken)
                                        .replace("public Health health", "public metaservice.spi.Health health"))
                .write(services, "new.jar");
        service("1.0.1", "0").write(services, "old.jar");
        start(NEVER_POLLING);
        setSchemaVersion(20260706000003L, true);
        JsonNode failed = StatusJson.parse(
                awaitStatus("\"swap\": {\"state\": \"failed\", \"from\": \"1.0.1\", \"to\": \"3.0.0\""));
        String failure = failed.path("swap").path("reason").asText();
        assertTrue(failure.startsWith(reason), failure);
        JsonNode candidate = StreamSupport.stream(failed.path("candidates").spliterator(), false)
                .filter(bundled -> bundled.path("version").asText().equals("3.0.0"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(failed.toString()));
        assertTrue(
                StatusJson.shows(candidate.toString(), "\"lowest_schema\": \"20260706000003\", \"compatible\": true"),
                candidate::toString);
        assertTrue(candidate.path("reason").asText().startsWith(reason), candidate::toString);
        assertEquals("1.0.1", get("/").body());
        awaitStatus("\"swap\": {\"attempts\": 2"); // tried again
        assertEquals("1.0.1", get("/").body());
        setSchemaVersion(1, true);
        awaitStatus("\"swap\": {\"state\": \"idle\"");
    }

    @Test
    void newVersionNeedsARestartIfSwapsAreOff() throws Exception {
        bundleBoth();
        start(Environments.with(NEVER_POLLING, "MF_UPGRADE_SWAP", "off"));
        setSchemaVersion(20260706000003L, true);
        awaitStatus("\"swap\": {\"state\": \"restart_needed\", \"from\": \"1.0.1\", \"to\": \"3.0.0\","
                + " \"reason\": \"Swapping is off (MF_UPGRADE_SWAP): restart to run 3.0.0.\"");
        assertEquals("1.0.1", get("/").body());
    }

    @Test
    void stopDuringASwapPreventsTheSwitchAndClosesBothServices() throws Exception {
        String members = MEMBERS + """
                static String recordClosed(String version) {
                    return System.setProperty("swap-it.closed." + version, "yes");
                }
                """;
        for (String version : List.of("1.0.1", "3.0.0")) {
            String starting = version.equals("3.0.0") ? "waitForProperty(\"swap-it.start\");" : "";
            ServiceJar.of(version, version.equals("3.0.0") ? "20260706000003" : "0")
                    .source(
                            "demo.Provider",
                            ServiceJar.provider(HANDLER, members)
                                    .replace("return new RunningService()", starting + " return new RunningService()")
                                    .replace("void close() {}", "void close() { recordClosed(\"" + version + "\"); }"))
                    .write(services, version + ".jar");
        }
        start(NEVER_POLLING);
        setSchemaVersion(20260706000003L, true);
        await(() -> System.getProperty("swap-it.start.entered"), "yes"::equals);
        awaitStatus("\"swap\": {\"state\": \"starting\", \"from\": \"1.0.1\"");
        Launcher stopped = launcher;
        CompletableFuture<Void> closing = CompletableFuture.runAsync(stopped::close);
        await(() -> answerOrRefused(), now -> !now.equals("1.0.1"));
        System.setProperty("swap-it.start", "continue");
        closing.get();
        launcher = null;
        assertEquals("yes", System.getProperty("swap-it.closed.1.0.1"));
        assertEquals("yes", System.getProperty("swap-it.closed.3.0.0"));
    }

    private String answerOrRefused() throws Exception {
        try {
            return get("/").body();
        } catch (IOException e) {
            return "refused";
        }
    }

    @Test
    void startFailsIfTheNewestServiceFails() throws Exception {
        database.close();
        database = TestDatabases.newest();
        service("2.5.1", "0").write(services, "old.jar");
        ServiceJar.of("3.0.0", "0")
                .source("demo.Provider", ServiceJar.provider("null").replace("Health.UP", "Health.down(\"sick\")"))
                .write(services, "new.jar");
        StartFailedException failure = assertThrows(StartFailedException.class, () -> start(NEVER_POLLING));
        assertEquals("Service 3.0.0 started but is not healthy: sick", failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"down", "throws"})
    void deadServiceIsReplacedByANewInstance(String how) throws Exception {
        String members = MEMBERS + """
                static RunningService sick;
                static Health checked(RunningService me) {
                    String how = System.getProperty("swap-it.health", "up");
                    if (sick == null && !how.equals("up")) {
                        sick = me;
                        System.clearProperty("swap-it.health");
                        System.setProperty("swap-it.sick", how);
                    }
                    if (sick != me) {
                        return Health.UP;
                    }
                    if (System.getProperty("swap-it.sick").equals("throws")) {
                        throw new IllegalStateException("broken");
                    }
                    return Health.down("pool is closed");
                }
                """;
        ServiceJar.of("1.0.1", "0")
                .source(
                        "demo.Provider",
                        ServiceJar.provider(HANDLER, members).replace("return Health.UP; }", "return checked(this); }"))
                .write(services, "only.jar");
        start(NEVER_POLLING);
        String before = since();
        System.setProperty("swap-it.health", how);
        await(this::since, now -> !now.equals(before));
        awaitStatus("\"service\": {\"version\": \"1.0.1\", \"state\": \"serving\"");
        assertEquals("1.0.1", get("/").body());
    }

    private String since() throws Exception {
        return status().replaceAll(".*\"service\": (\\{[^}]*}).*", "$1");
    }

    @Test
    void serviceIsKeptWhileTheDatabaseIsUnavailable() throws Exception {
        bundleBoth();
        start(NEVER_POLLING);
        String before = since();
        try (TestDatabase other = TestDatabases.empty()) {
            other.execute("alter database " + database.name() + " allow_connections false");
            other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database.name() + "'");
            await(
                    () -> Http.get(port(report.migrationUrl().orElseThrow()), "/db_schema_status")
                            .statusCode(),
                    code -> code != 200);
            assertEquals("1.0.1", get("/").body());
            other.execute("alter database " + database.name() + " allow_connections true");
        }
        await(
                () -> database.query("select 1 from pg_stat_activity where datname = current_database()"
                        + " and query like 'LISTEN%'"),
                rows -> !rows.isEmpty());
        assertEquals(before, since());
    }

    @Tag("extended")
    @Test
    void hundredSwapsLeakNoClassesThreadsOrFiles() throws Exception {
        bundleBoth();
        start(NEVER_POLLING);
        swapBackAndForth(5); // loads what is loaded only once
        Footprint before = measure();
        swapBackAndForth(50);
        Footprint after = await(SwapIT::measure, now -> now.fits(before));
        assertTrue(after.fits(before), before + " became " + after);
    }

    private void swapBackAndForth(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            setSchemaVersion(20260706000003L, true);
            awaitAnswer("3.0.0");
            setSchemaVersion(1, true);
            awaitAnswer("1.0.1");
        }
        awaitStatus("\"swap\": {\"state\": \"idle\"");
    }

    /** Resources of the process: loaded classes, threads of services, open files. */
    private record Footprint(long classes, long serviceThreads, long files) {

        boolean fits(Footprint before) {
            return classes <= before.classes + 50
                    && serviceThreads <= before.serviceThreads
                    && files <= before.files + 5;
        }
    }

    private static Footprint measure() {
        System.gc();
        java.lang.management.OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        long files = system instanceof com.sun.management.UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("service-"))
                .count();
        return new Footprint(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(), threads, files);
    }
}

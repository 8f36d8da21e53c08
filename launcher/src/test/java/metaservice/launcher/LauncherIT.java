package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.migrations.UpgradeOutcome;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class LauncherIT {

    private static final Map<String, String> LOOPBACK = Map.of(
            "MF_METADATA_HOST", "127.0.0.1",
            "MF_METADATA_PORT", "0",
            "MF_MIGRATION_PORT", "0",
            "MF_SERVICE_CONNECTION_RETRIES", "2",
            "MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "0",
            "PATH_PREFIX", "/prefix");

    /** Makes the ledger look as after a migration that this build does not have. */
    public static final String FROM_A_NEWER_BUILD =
            "update flyway_schema_history set version = '20990101000000' where installed_rank ="
                    + " (select max(installed_rank) from flyway_schema_history)";

    @TempDir
    private Path services;

    private final StopSignal stop = new StopSignal();

    /** Every service answers with its version. */
    private void bundle(String version, String schemaMin) throws Exception {
        ServiceJar.of(version, schemaMin)
                .source(
                        "demo.Provider",
                        ServiceJar.provider("exchange -> exchange.getResponseSender().send(context.serviceVersion()"
                                + " + context.settings().pathPrefix())"))
                .write(services, version + ".jar");
    }

    private void bundleAll() throws Exception {
        bundle("1.0.1", "0");
        bundle("2.5.1", "20200603104139");
        bundle("3.0.0", "20260706000003");
    }

    private Launcher launcher(Map<String, String> settings, Map<String, String> database) throws Exception {
        return new Launcher(
                LauncherConfig.fromEnvironment(settings),
                ServiceCatalog.read(services),
                DatabaseSource.given(DatabaseConfig.fromEnvironment(database)),
                TokenLibrary.issuer(Optional.empty(), services),
                stop);
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        long deadline = System.nanoTime() + Http.DEADLINE.toNanos();
        while (!launcherThreads().isEmpty() && System.nanoTime() < deadline) {
            launcherThreads().forEach(LauncherIT::join);
        }
        assertEquals(List.of(), launcherThreads());
    }

    private static List<Thread> launcherThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("front-door")
                        || thread.getName().startsWith("migration-api")
                        || thread.getName().startsWith("schema-watch")
                        || thread.getName().startsWith("service-"))
                .toList();
    }

    private static void join(Thread thread) {
        try {
            thread.join(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int port(String url) {
        return Integer.parseInt(url.replaceAll("http://127\\.0\\.0\\.1:([0-9]+).*", "$1"));
    }

    @ParameterizedTest(name = "schema {0}: {1}")
    @CsvSource({"1, 1.0.1", "20200603104139, 2.5.1", "20260706000002, 2.5.1", "20260706000003, 3.0.0"})
    void newestCompatibleServiceServes(long schema, String expected) throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.at(schema);
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            StartupReport report = launcher.start().orElseThrow();
            assertEquals(
                    expected + " (newest of 1.0.1, 2.5.1, 3.0.0 that runs on this schema)",
                    report.find("metadata").orElseThrow().version());
            assertTrue(report.schema().startsWith(schema + " ("), report.schema());
            assertTrue(
                    report.find("metadata").orElseThrow().url().endsWith("/prefix"),
                    report.find("metadata").orElseThrow().url());
            assertEquals(
                    expected + "/prefix",
                    Http.get(port(report.find("metadata").orElseThrow().url()), "/")
                            .body());
            assertEquals(
                    "pong",
                    Http.get(port(report.migrationUrl().orElseThrow()), "/ping").body());
            assertEquals(
                    expected + "/prefix",
                    Http.send(port(report.find("metadata").orElseThrow().url()), "PATCH", "/upgrade", "")
                            .body(),
                    "the public listener has no upgrade endpoint");
        }
    }

    @Test
    void migrationApiHasItsOwnAddressAndRefusesOtherOrigins() throws Exception {
        bundleAll();
        Map<String, String> settings = Environments.with(LOOPBACK, "MF_MIGRATION_HOST", "127.0.0.2");
        try (TestDatabase database = TestDatabases.at(1);
                Launcher launcher = launcher(settings, database.environment())) {
            StartupReport report = launcher.start().orElseThrow();
            String metadata = report.find("metadata").orElseThrow().url();
            String migration = report.migrationUrl().orElseThrow();
            assertTrue(metadata.startsWith("http://127.0.0.1:"), metadata);
            assertTrue(migration.startsWith("http://127.0.0.2:"), migration);
            HttpRequest foreign = HttpRequest.newBuilder(URI.create(migration + "/upgrade"))
                    .header("Origin", "https://evil.example")
                    .method("PATCH", HttpRequest.BodyPublishers.noBody())
                    .timeout(Http.DEADLINE)
                    .build();
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(foreign, HttpResponse.BodyHandlers.ofString());
            assertEquals(403, answer.statusCode(), answer::body);
        }
    }

    @Test
    void emptyDatabaseIsFilledAndTheNewestServiceServes() throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.empty();
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            StartupReport report = launcher.start().orElseThrow();
            assertTrue(report.schema().endsWith(" (newest; applied just now to an empty database)"), report.schema());
            assertTrue(
                    report.find("metadata").orElseThrow().version().startsWith("3.0.0 "),
                    report.find("metadata").orElseThrow().version());
        }
    }

    @Test
    void tablesWithoutLedgerAreSchemaZero() throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.at(0);
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            StartupReport report = launcher.start().orElseThrow();
            assertTrue(report.schema().startsWith("0 (tables without a ledger; "), report.schema());
            assertTrue(
                    report.find("metadata").orElseThrow().version().startsWith("1.0.1 "),
                    report.find("metadata").orElseThrow().version());
        }
    }

    @Test
    void databaseOfANewerBuildRunsTheNewestService() throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.newest();
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            database.execute(FROM_A_NEWER_BUILD);
            StartupReport report = launcher.start().orElseThrow();
            assertEquals("20990101000000 (not known to this build)", report.schema());
            assertTrue(
                    report.find("metadata").orElseThrow().version().startsWith("3.0.0 "),
                    report.find("metadata").orElseThrow().version());
        }
    }

    @Test
    void databaseThatShutsOutAllServicesHasItsOwnExitCode() throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.newest();
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            database.execute(FROM_A_NEWER_BUILD);
            database.execute("update metaservice_floor set lowest_service = '4.0.0'");
            StartFailedException failure = assertThrows(StartFailedException.class, launcher::start);
            assertEquals(ExitCode.SHUT_OUT, failure.exitCode());
            assertTrue(failure.getMessage().endsWith(": run a newer image."), failure::getMessage);
        }
    }

    @Test
    void unreachableDatabaseIsReported() throws Exception {
        bundleAll();
        try (Socket bound = boundPort();
                Launcher launcher = launcher(
                        LOOPBACK, Environments.with(databaseAt(bound), "MF_METADATA_DB_PSWD", "very-secret"))) {
            StartFailedException failure = assertThrows(StartFailedException.class, launcher::start);
            assertEquals(ExitCode.FAILED, failure.exitCode());
            assertTrue(
                    failure.getMessage()
                            .matches(
                                    "Database .*127\\.0\\.0\\.1:[0-9]+/metaflow.* does not answer: .+ Gave up after attempt 2\\."),
                    failure::getMessage);
            assertTrue(!failure.getMessage().contains("very-secret"), failure::getMessage);
        }
    }

    @Test
    void startWithSwapsOffWaitsForARunningUpgrade() throws Exception {
        bundleAll();
        try (TestDatabase database = TestDatabases.at(20200603104139L);
                Launcher launcher =
                        launcher(Environments.with(LOOPBACK, "MF_UPGRADE_SWAP", "off"), database.environment());
                Connection writer = database.dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            Migrations migrations = new Migrations(database.dataSource());
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1)");
            statement.execute("INSERT INTO runs_v3 (flow_id, ts_epoch) VALUES ('F', 1)");
            CompletableFuture<UpgradeOutcome> upgrade = CompletableFuture.supplyAsync(migrations::upgrade);
            Eventually.await("the upgrade runs", () -> migrations.status().migrationInProgress());
            FutureTask<Optional<StartupReport>> start = new FutureTask<>(launcher::start);
            Thread starting = new Thread(start);
            starting.start();
            Eventually.await("the start waits, or has ended", () -> start.isDone() || isWaiting(starting));
            writer.commit();
            upgrade.get();
            String chosen =
                    start.get().orElseThrow().find("metadata").orElseThrow().version();
            assertTrue(chosen.startsWith("3.0.0 "), chosen);
        }
    }

    private static boolean isWaiting(Thread thread) {
        return Stream.of(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(StopSignal.class.getName()));
    }

    @Test
    void stopDoesNotWaitForTheDatabase() throws Exception {
        bundleAll();
        stop.request();
        Map<String, String> longWait =
                Environments.with(LOOPBACK, "MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "3600");
        try (Socket bound = boundPort();
                Launcher launcher = launcher(longWait, databaseAt(bound))) {
            assertEquals(Optional.empty(), launcher.start());
        }
    }

    @Test
    void portInUseIsReportedWithTheSettingToChange() throws Exception {
        bundleAll();
        try (ServerSocket taken = new ServerSocket(0);
                Launcher launcher = launcher(
                        Environments.with(LOOPBACK, "MF_METADATA_PORT", Integer.toString(taken.getLocalPort())),
                        Map.of())) {
            StartFailedException failure = assertThrows(StartFailedException.class, launcher::start);
            assertTrue(
                    failure.getMessage()
                            .startsWith(
                                    "Cannot listen on 127.0.0.1 port " + taken.getLocalPort() + ": Address already"),
                    failure::getMessage);
            assertTrue(failure.getMessage().contains("MF_METADATA_PORT"), failure::getMessage);
        }
    }

    @Test
    void unhealthyServiceIsAStartFailure() throws Exception {
        ServiceJar.of("3.0.0", "0")
                .source("demo.Provider", ServiceJar.provider("null").replace("Health.UP", "Health.down(\"no tables\")"))
                .write(services, "3.0.0.jar");
        try (TestDatabase database = TestDatabases.at(1);
                Launcher launcher = launcher(LOOPBACK, database.environment())) {
            StartFailedException failure = assertThrows(StartFailedException.class, launcher::start);
            assertEquals("Service 3.0.0 started but is not healthy: no tables", failure.getMessage());
        }
    }

    /** Connections to a socket that is bound and does not listen are refused, and no other process gets its port. */
    private static Socket boundPort() throws IOException {
        Socket bound = new Socket();
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return bound;
    }

    private static Map<String, String> databaseAt(Socket bound) {
        return Map.of(
                "MF_METADATA_DB_HOST", "127.0.0.1",
                "MF_METADATA_DB_PORT", Integer.toString(bound.getLocalPort()),
                "MF_METADATA_DB_NAME", "metaflow");
    }
}

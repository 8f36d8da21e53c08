package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.migrations.Migrations;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Swaps between the services of the distribution, checks for leaked resources, and replaces a dead service. */
class BundledSwapIT {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** One pool of the default size, the schema watch, and the session that counts. */
    private static final long MAX_CONNECTIONS = 10 + 2;

    private static final long NEWEST = 20260706000003L;

    private static final Map<String, String> SETTINGS = Map.of(
            "MF_METADATA_HOST", "127.0.0.1",
            "MF_METADATA_PORT", "0",
            "MF_MIGRATION_PORT", "0",
            "MF_UPGRADE_PAUSES", "off",
            "MF_UPGRADE_POLL_SECONDS", "86400");

    private final HttpClient client = HttpClient.newHttpClient();

    @Tag("extended")
    @Test
    void swapsLeakNothing() throws Exception {
        checkSwaps(3);
    }

    @Tag("faults")
    @Test
    void hundredSwapsLeakNothing() throws Exception {
        checkSwaps(50);
    }

    private void checkSwaps(int times) throws Exception {
        try (TestDatabase database = TestDatabases.at(NEWEST);
                Launcher launcher = launcher(database)) {
            URI url = URI.create(launcher.start()
                    .orElseThrow()
                    .find("metadata")
                    .orElseThrow()
                    .url());
            String newest = version(url);
            for (int i = 0; i < 2; i++) { // loads what is loaded only once
                swapBackAndForth(database, url, newest);
            }
            Footprint before = Footprint.of(database);
            for (int i = 0; i < times; i++) {
                swapBackAndForth(database, url, newest);
            }
            System.out.println("figure: " + before + " before " + 2 * times + " swaps");
            Footprint after = await(() -> Footprint.of(database), now -> now.fits(before));
            System.out.println("figure: " + after + " after them");
        }
    }

    @Test
    void serviceWhosePoolIsClosedIsReplaced() throws Exception {
        try (TestDatabase database = TestDatabases.at(NEWEST);
                Launcher launcher = launcher(database)) {
            URI url = URI.create(launcher.start()
                    .orElseThrow()
                    .find("metadata")
                    .orElseThrow()
                    .url());
            assertEquals(200, get(url, "/flows").statusCode());
            launcher.serving(ServiceKind.METADATA).orElseThrow().running().close(); // without the supervisor
            assertEquals(503, get(url, "/flows").statusCode());
            long begin = System.nanoTime();
            await(() -> get(url, "/flows").statusCode(), status -> status == 200);
            System.out.printf("figure: replaced after %.1f s%n", (System.nanoTime() - begin) / 1e9);
        }
    }

    private void swapBackAndForth(TestDatabase database, URI url, String newest) throws Exception {
        setSchemaVersion(database, 1);
        await(() -> version(url), version -> !version.equals(newest));
        assertEquals(200, get(url, "/flows").statusCode());
        setSchemaVersion(database, NEWEST);
        await(() -> version(url), newest::equals);
        assertEquals(200, get(url, "/flows").statusCode());
    }

    /** Changes the schema version in the ledger without running migrations. */
    private static void setSchemaVersion(TestDatabase database, long schemaVersion) {
        database.execute("update flyway_schema_history set version = '" + schemaVersion + "' where installed_rank ="
                + " (select max(installed_rank) from flyway_schema_history); notify " + Migrations.CHANNEL);
    }

    private static Launcher launcher(TestDatabase database) throws Exception {
        return new Launcher(
                LauncherConfig.fromEnvironment(SETTINGS),
                ServiceCatalog.read(Path.of("target", "metaservice", "services")),
                DatabaseSource.given(DatabaseConfig.fromEnvironment(database.environment())),
                TokenLibrary.issuer(Optional.empty(), Path.of("target", "metaservice", "lib", "sts")),
                new StopSignal());
    }

    private String version(URI url) throws Exception {
        return get(url, "/ping")
                .headers()
                .firstValue("METADATA_SERVICE_VERSION")
                .orElse("none");
    }

    private HttpResponse<String> get(URI url, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(url.resolve(path)).timeout(DEADLINE).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static <T> T await(Callable<T> read, Predicate<T> condition) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        T value = read.call();
        while (!condition.test(value)) {
            assertTrue(System.nanoTime() < deadline, "still " + value);
            value = read.call();
        }
        return value;
    }

    /** Resources of the process: loaded classes, threads of services, open files, database sessions, JDBC drivers. */
    private record Footprint(long classes, long threads, long files, long connections, long drivers) {

        static Footprint of(TestDatabase database) {
            System.gc();
            java.lang.management.OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
            long files = system instanceof com.sun.management.UnixOperatingSystemMXBean unix
                    ? unix.getOpenFileDescriptorCount()
                    : 0;
            long connections =
                    (Long) database.query("select count(*) from pg_stat_activity where datname = current_database()")
                            .get(0)
                            .get(0);
            return new Footprint(
                    ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                    serviceThreads(),
                    files,
                    connections,
                    DriverManager.drivers().count());
        }

        private static long serviceThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("service-"))
                    .count();
        }

        /** The number of connections in a pool varies, so the limit is the maximum size of one pool. */
        boolean fits(Footprint before) {
            return classes <= before.classes + 200
                    && threads <= before.threads + 2 // workers and threads of the pool are started on demand
                    && files - connections <= before.files - before.connections + 5
                    && connections <= MAX_CONNECTIONS
                    && drivers <= before.drivers;
        }
    }
}

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

/** Swaps between the services that are really bundled, and what they leave behind; and one of them that dies. */
class BundledSwapIT {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** Of one pool, by default; beside those who listen and who count. */
    private static final long MOST_CONNECTIONS = 10 + 2;

    private static final long NEWEST = 20260706000003L;

    private static final Map<String, String> SETTINGS = Map.of(
            "MF_METADATA_HOST", "127.0.0.1",
            "MF_METADATA_PORT", "0",
            "MF_MIGRATION_PORT", "0",
            "MF_UPGRADE_PAUSES", "off",
            "MF_UPGRADE_POLL_SECONDS", "86400");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void swapsLeaveNothingBehind() throws Exception {
        swapThereAndBack(3);
    }

    @Tag("faults")
    @Test
    void hundredSwapsLeaveNothingBehind() throws Exception {
        swapThereAndBack(50);
    }

    private void swapThereAndBack(int times) throws Exception {
        try (TestDatabase database = TestDatabases.at(NEWEST);
                Launcher supervisor = supervisor(database)) {
            URI door = URI.create(supervisor
                    .start()
                    .orElseThrow()
                    .find("metadata")
                    .orElseThrow()
                    .url());
            String newest = version(door);
            for (int i = 0; i < 2; i++) { // until everything that is made once is there
                thereAndBack(database, door, newest);
            }
            Footprint before = Footprint.of(database);
            for (int i = 0; i < times; i++) {
                thereAndBack(database, door, newest);
            }
            System.out.println("figure: " + before + " before " + 2 * times + " swaps");
            Footprint after = await(() -> Footprint.of(database), now -> now.fits(before));
            System.out.println("figure: " + after + " after them");
        }
    }

    @Test
    void serviceWhosePoolIsClosedIsReplaced() throws Exception {
        try (TestDatabase database = TestDatabases.at(NEWEST);
                Launcher supervisor = supervisor(database)) {
            URI door = URI.create(supervisor
                    .start()
                    .orElseThrow()
                    .find("metadata")
                    .orElseThrow()
                    .url());
            assertEquals(200, get(door, "/flows").statusCode());
            supervisor.serving(ServiceKind.METADATA).orElseThrow().running().close(); // behind the back of its owner
            assertEquals(503, get(door, "/flows").statusCode());
            long begin = System.nanoTime();
            await(() -> get(door, "/flows").statusCode(), status -> status == 200);
            System.out.printf("figure: replaced after %.1f s%n", (System.nanoTime() - begin) / 1e9);
        }
    }

    private void thereAndBack(TestDatabase database, URI door, String newest) throws Exception {
        pretend(database, 1);
        await(() -> version(door), version -> !version.equals(newest));
        assertEquals(200, get(door, "/flows").statusCode());
        pretend(database, NEWEST);
        await(() -> version(door), newest::equals);
        assertEquals(200, get(door, "/flows").statusCode());
    }

    /** As if migrations had been applied or taken back, without the work. */
    private static void pretend(TestDatabase database, long schemaVersion) {
        database.execute("update flyway_schema_history set version = '" + schemaVersion + "' where installed_rank ="
                + " (select max(installed_rank) from flyway_schema_history); notify " + Migrations.CHANNEL);
    }

    private static Launcher supervisor(TestDatabase database) throws Exception {
        return new Launcher(
                LauncherConfig.fromEnvironment(SETTINGS),
                ServiceCatalog.read(Path.of("target", "metaservice", "services")),
                DatabaseSource.given(DatabaseConfig.fromEnvironment(database.environment())),
                TokenLibrary.issuer(Optional.empty(), Path.of("target", "metaservice", "lib", "sts")),
                new StopSignal());
    }

    private String version(URI door) throws Exception {
        return get(door, "/ping")
                .headers()
                .firstValue("METADATA_SERVICE_VERSION")
                .orElse("none");
    }

    private HttpResponse<String> get(URI door, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(door.resolve(path)).timeout(DEADLINE).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static <T> T await(Callable<T> look, Predicate<T> wanted) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        T seen = look.call();
        while (!wanted.test(seen)) {
            assertTrue(System.nanoTime() < deadline, "still " + seen);
            seen = look.call();
        }
        return seen;
    }

    /** What a process holds, as the virtual machine, the system and the database count it. */
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

        /** How far a pool has grown when its service takes over depends on chance; only one pool may be left. */
        boolean fits(Footprint before) {
            return classes <= before.classes + 200
                    && threads <= before.threads + 2 // workers and the pool's own come and go
                    && files - connections <= before.files - before.connections + 5
                    && connections <= MOST_CONNECTIONS
                    && drivers <= before.drivers;
        }
    }
}

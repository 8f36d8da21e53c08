package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import metaservice.migrations.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The database stops and restarts under load. Isolated, because the test measures the recovery time. */
@Isolated
class DatabaseAwayIT {

    private static final Duration RECOVERY = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    @Test
    void serviceRecoversAfterOneSecondWithoutDatabase() throws Exception {
        databaseStopsAndComesBack(Duration.ofSeconds(1));
    }

    @Tag("faults")
    @Test
    void serviceRecoversAfterOneMinuteWithoutDatabase() throws Exception {
        databaseStopsAndComesBack(Duration.ofSeconds(60));
    }

    private void databaseStopsAndComesBack(Duration pause) throws Exception {
        try (StoppablePostgres database = StoppablePostgres.start(folder.resolve("data"));
                LauncherProcess launcher = LauncherProcess.start(withShortTimeout(database.environment()))) {
            assertEquals(200, launcher.createFlow("Before").status());
            JsonNode service = launcher.schemaStatus().body().path("service");
            Load load = Load.on(List.of(launcher.metadata()), Load::isFineOrRetried);
            try (load) {
                Eventually.await("the load has started", () -> load.answered() > 100);
                database.stop();
                Answer whileStopped = launcher.ask("GET", "/flows", NullNode.getInstance());
                assertEquals(503, whileStopped.status());
                assertEquals(Optional.of("1"), whileStopped.header("Retry-After"));
                assertEquals(
                        200,
                        launcher.ask("GET", "/ping", NullNode.getInstance()).status());
                assertEquals(503, launcher.schemaStatus().status());
                LockSupport.parkNanos(pause.toNanos()); // the duration of the outage is what the test varies
                database.restart();
                long back = System.nanoTime();
                Eventually.await(
                        "the service writes again",
                        () -> launcher.createFlow("After" + System.nanoTime()).status() == 200);
                Duration recovery = Duration.ofNanos(System.nanoTime() - back);
                System.out.printf(
                        "figure: recovered %d ms after the restart of a database that was stopped for %d s%n",
                        recovery.toMillis(), pause.toSeconds());
                assertTrue(recovery.compareTo(RECOVERY) < 0, recovery::toString);
                Eventually.await("the launcher has a LISTEN session again", () -> database.hasListener());
            }
            assertEquals(List.of(), load.failures());
            assertEquals(List.of(), load.lost(database.dataSource()));
            assertEquals(service, launcher.schemaStatus().body().path("service"), "no restart");
            launcher.stop();
        }
    }

    /** A timeout of 1 second; by default each request would wait five seconds for a connection before it fails. */
    private static Map<String, String> withShortTimeout(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>(environment);
        settings.put("MF_METADATA_DB_TIMEOUT", "1");
        return settings;
    }
}

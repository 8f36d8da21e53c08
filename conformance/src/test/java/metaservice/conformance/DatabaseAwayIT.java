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

/** The database stops and comes back, under load; alone, because it matters how soon clients are served again. */
@Isolated
class DatabaseAwayIT {

    private static final Duration RECOVERY = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    @Test
    void databaseThatStopsForAMomentIsWaitedFor() throws Exception {
        databaseStopsAndComesBack(Duration.ofSeconds(1));
    }

    @Tag("faults")
    @Test
    void databaseThatStopsForAMinuteIsWaitedFor() throws Exception {
        databaseStopsAndComesBack(Duration.ofSeconds(60));
    }

    private void databaseStopsAndComesBack(Duration pause) throws Exception {
        try (StoppablePostgres database = StoppablePostgres.start(folder.resolve("data"));
                LauncherProcess launcher = LauncherProcess.start(impatient(database.environment()))) {
            assertEquals(200, launcher.createFlow("Before").status());
            JsonNode service = launcher.schemaStatus().body().path("service");
            Load load = Load.on(List.of(launcher.metadata()), Load::isFineOrRetried);
            try (load) {
                Eventually.await("the load is under way", () -> load.answered() > 100);
                database.stop();
                Answer meanwhile = launcher.ask("GET", "/flows", NullNode.getInstance());
                assertEquals(503, meanwhile.status());
                assertEquals(Optional.of("1"), meanwhile.header("Retry-After"));
                assertEquals(
                        200,
                        launcher.ask("GET", "/ping", NullNode.getInstance()).status());
                assertEquals(503, launcher.schemaStatus().status());
                LockSupport.parkNanos(pause.toNanos()); // the point of the test is how long it is away
                database.restart();
                long back = System.nanoTime();
                Eventually.await(
                        "the service writes again",
                        () -> launcher.createFlow("After" + System.nanoTime()).status() == 200);
                Duration recovery = Duration.ofNanos(System.nanoTime() - back);
                System.out.printf(
                        "figure: %d ms after the database was back, after %d s away%n",
                        recovery.toMillis(), pause.toSeconds());
                assertTrue(recovery.compareTo(RECOVERY) < 0, recovery::toString);
                Eventually.await("the launcher listens again", () -> database.hasListener());
            }
            assertEquals(List.of(), load.failures());
            assertEquals(List.of(), load.lost(database.dataSource()));
            assertEquals(service, launcher.schemaStatus().body().path("service"), "no restart");
            launcher.stop();
        }
    }

    /** Or each request would wait five seconds for a connection before it is told that there is none. */
    private static Map<String, String> impatient(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>(environment);
        settings.put("MF_METADATA_DB_TIMEOUT", "1");
        return settings;
    }
}

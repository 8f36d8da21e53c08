package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several launchers start or upgrade on one database at the same moment: one of them upgrades, and all requests
 * succeed.
 */
@Tag("extended")
class ManyNodesIT {

    private static final int NODES = 3;
    private static final int REQUESTS_PER_NODE = 2;

    private final List<LauncherProcess> launchers = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        for (LauncherProcess launcher : launchers) {
            launcher.close();
        }
    }

    @Test
    void launchersThatStartTogetherUpgradeAnEmptyDatabaseOnce() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            startOn(database);
            for (LauncherProcess launcher : launchers) {
                // A launcher that read the schema during the upgrade starts with a service for the schema at that
                // time.
                Eventually.await(
                        "the newest serves",
                        () -> launcher.servingVersion().equals(Optional.of(Generation.newestVersion())));
            }
            assertEquals(List.of(List.of("upgraded", 1L)), upgradesFrom(0, database));
        }
    }

    @Test
    void concurrentUpgradeRequestsUpgradeOnce() throws Exception {
        ExecutorService operators = Executors.newFixedThreadPool(NODES * REQUESTS_PER_NODE);
        try (TestDatabase database = TestDatabases.at(1)) {
            startOn(database);
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < NODES * REQUESTS_PER_NODE; i++) {
                LauncherProcess node = launchers.get(i % NODES);
                answers.add(operators.submit(() -> upgrade(node)));
            }
            List<String> texts = new ArrayList<>();
            for (Future<String> answer : answers) {
                texts.add(answer.get(Stage.DEFAULT_TIMEOUT.toSeconds(), TimeUnit.SECONDS));
            }
            assertEquals(Collections.nCopies(answers.size(), "200 upgrade success"), texts);
            assertEquals(List.of(List.of("upgraded", 1L)), upgradesFrom(1, database));
        } finally {
            operators.shutdownNow();
        }
    }

    private void startOn(TestDatabase database) throws Exception {
        for (int i = 0; i < NODES; i++) {
            launchers.add(LauncherProcess.begin(database.environment()));
        }
        for (LauncherProcess launcher : launchers) {
            launcher.awaitReport();
        }
    }

    private static List<List<Object>> upgradesFrom(long version, TestDatabase database) {
        return database.query("SELECT outcome, count(*) FROM metaservice_upgrades WHERE from_version = " + version
                + " GROUP BY outcome ORDER BY outcome");
    }

    private static String upgrade(LauncherProcess launcher) throws IOException {
        Answer answer = launcher.upgrade();
        return answer.status() + " " + answer.text();
    }
}

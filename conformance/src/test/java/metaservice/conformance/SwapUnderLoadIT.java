package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An upgrade from schema 1 and service 1.0.1 to the newest ones while clients send requests: no request fails. */
@Order(3)
class SwapUnderLoadIT {

    /** With the default pauses. */
    @Test
    void noRequestOfANodeFailsAndNoRowIsLost() throws Exception {
        upgradeUnderLoad(1, "on");
    }

    /** Without pauses, so that the nodes swap their services at the same moment. */
    @Tag("extended")
    @Test
    void noRequestOfThreeNodesFailsAndNoRowIsLost() throws Exception {
        upgradeUnderLoad(3, "off");
    }

    private static void upgradeUnderLoad(int nodes, String pauses) throws Exception {
        List<LauncherProcess> launchers = new ArrayList<>();
        try (TestDatabase database = TestDatabases.at(1)) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("MF_UPGRADE_PAUSES", pauses);
            for (int i = 0; i < nodes; i++) {
                launchers.add(LauncherProcess.start(environment));
                assertEquals("1.0.1", launchers.get(i).serviceVersion());
            }
            List<URI> addresses =
                    launchers.stream().map(LauncherProcess::metadata).toList();
            String newest = Generation.newestVersion();
            Load load = Load.on(addresses);
            try (load) {
                Eventually.await(
                        "the load has started",
                        () -> load.answered() > 400 * nodes || !load.failures().isEmpty());
                long begin = System.nanoTime();
                assertEquals("upgrade success", launchers.get(0).upgrade().text());
                for (LauncherProcess launcher : launchers) {
                    Eventually.await(
                            "the newest service serves",
                            () -> launcher.servingVersion().equals(Optional.of(newest)));
                }
                long end = System.nanoTime();
                System.out.printf(
                        "%d launchers: upgrade and swap took %.1f s; p99 before %.1f ms, during %.1f ms%n",
                        nodes, (end - begin) / 1e9, load.p99(0, begin), load.p99(begin, end));
                int before = load.answered();
                Eventually.await(
                        "the load continues",
                        () -> load.answered() > before + 200 * nodes
                                || !load.failures().isEmpty());
            }
            assertEquals(List.of(), load.failures());
            assertTrue(load.rowsAcknowledged() > 100 * nodes, () -> "only " + load.rowsAcknowledged() + " rows");
            assertEquals(List.of(), load.lost(database.dataSource()));
            for (LauncherProcess launcher : launchers) {
                launcher.stop();
            }
        } finally {
            for (LauncherProcess launcher : launchers) {
                launcher.close();
            }
        }
    }
}

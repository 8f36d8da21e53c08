package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The launcher in a small container, under a load that needs more memory than there is. Other tests would be slowed down. */
@Isolated
class MemoryIT {

    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int IDLE_CONNECTIONS = 200;
    private static final String TASKS = "/flows/F/runs/1/steps/s/tasks/";

    /** A list of 25 MB, in rows of usual length. */
    private static final String FILL = """
            INSERT INTO flows_v3 (flow_id, user_name, ts_epoch) VALUES ('F', 'u', 1);
            INSERT INTO runs_v3 (flow_id, user_name, ts_epoch) VALUES ('F', 'u', 1);
            INSERT INTO steps_v3 (flow_id, run_number, step_name, user_name, ts_epoch) VALUES ('F', 1, 's', 'u', 1);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, user_name, ts_epoch)
                VALUES ('F', 1, 's', 'u', 1), ('F', 1, 's', 'u', 1);
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, user_name, ts_epoch)
                SELECT 'F', 1, 's', 1, 'f' || i, repeat('v', 200), 't', 'u', i FROM generate_series(1, 62500) i
            """;

    /** 2 MB in 5000 rows. */
    private static final byte[] BODY = IntStream.range(0, 5000)
            .mapToObj(i -> "{\"field_name\": \"f" + i + "\", \"value\": \"" + "v".repeat(290)
                    + "\", \"type\": \"t\", \"user_name\": \"u\", \"tags\": [\"a\", \"b\"], \"system_tags\": []}")
            .collect(Collectors.joining(",", "[", "]"))
            .getBytes(StandardCharsets.US_ASCII);

    /**
     * Changes the ledger only, which causes a swap. A migration would have to wait for the locks of the clients.
     */
    private static final String OLD_SCHEMA = """
            CREATE TABLE IF NOT EXISTS saved AS SELECT * FROM flyway_schema_history WHERE version <> '1';
            DELETE FROM flyway_schema_history WHERE version <> '1';
            NOTIFY %s""".formatted(Migrations.CHANNEL);

    private static final String NEW_SCHEMA = """
            INSERT INTO flyway_schema_history SELECT * FROM saved;
            NOTIFY %s""".formatted(Migrations.CHANNEL);

    @Tag("extended")
    @Test
    void containerOf256MibSurvivesSwapsUnderLoad() throws Exception {
        swapUnderLoad(256, 8);
    }

    @Tag("faults")
    @Test
    void containerOf512MibSurvivesSwapsUnderLoad() throws Exception {
        swapUnderLoad(512, 16);
    }

    private static void swapUnderLoad(int mib, int clients) throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MemoryLimit limit = MemoryLimit.of(mib)) {
            database.execute(FILL);
            try (LauncherProcess launcher = LauncherProcess.start(limit, database.environment())) {
                List<Socket> idle = idle(launcher.metadata());
                HeavyLoad load = new HeavyLoad(launcher.metadata());
                try (load) {
                    upgrade(launcher);
                    awaitService(launcher, "3.0.0");
                    load.post(clients, TASKS + "2/metadata", BODY);
                    load.read(clients / 2, TASKS + "1/metadata", false);
                    load.read(clients / 2, TASKS + "1/metadata", true);
                    awaitAnswers(load);
                    awaitEndOfSwap(launcher);
                    database.execute(OLD_SCHEMA);
                    awaitService(launcher, "1.0.1");
                    awaitAnswers(load);
                    awaitEndOfSwap(launcher);
                    database.execute(NEW_SCHEMA);
                    awaitService(launcher, "3.0.0");
                    awaitAnswers(load);
                } finally {
                    System.out.printf(
                            "figure: %d MiB, %s, %d clients: peak %d MiB, %s%n",
                            mib, limit.kind(), 2 * clients, limit.peakMib(launcher.process()), load.outcomes());
                }
                assertEquals(List.of(), load.failures(), launcher::log);
                assertPong(idle);
                assertTrue(limit.peakMib(launcher.process()) <= mib);
                assertFalse(launcher.log().contains("OutOfMemory"), launcher::log);
                launcher.stop();
            }
        }
    }

    private static void awaitService(LauncherProcess launcher, String version) {
        Eventually.await(version + " serves", () -> launcher.servingVersion().equals(Optional.of(version)));
    }

    private static void awaitEndOfSwap(LauncherProcess launcher) {
        Eventually.await(
                "the old service is closed",
                () -> launcher.schemaStatus()
                        .body()
                        .path("swap")
                        .path("state")
                        .asText()
                        .equals("idle"));
    }

    /** Waits until clients of each kind were served again. */
    private static void awaitAnswers(HeavyLoad load) {
        for (String outcome : List.of("fast list 200", "slow list 200", "post 200")) {
            int before = load.count(outcome);
            Eventually.await("more of: " + outcome, () -> load.count(outcome) > before);
        }
    }

    private static void upgrade(LauncherProcess launcher) throws IOException {
        Answer answer = launcher.upgrade();
        assertEquals(200, answer.status(), answer::text);
    }

    /** Connections that have had an answer and stay open. */
    private static List<Socket> idle(URI service) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
            sockets.add(new Socket(service.getHost(), service.getPort()));
        }
        assertPong(sockets);
        return sockets;
    }

    private static void assertPong(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
            socket.getOutputStream().write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("pong") < 0) {
                int next = socket.getInputStream().read();
                assertTrue(next >= 0, answer::toString);
                answer.append((char) next);
            }
        }
    }
}

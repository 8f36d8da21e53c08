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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher in a small container, under a load that needs more memory than there is. */
@Tag("extended")
class MemoryIT {

    private static final Duration DEADLINE = Duration.ofSeconds(120);
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

    @ParameterizedTest(name = "{0} MiB, {1} readers, {1} posts")
    @CsvSource({"256, 8", "512, 16"})
    void smallContainerSurvivesAnUpgradeUnderLoad(int mib, int clients) throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                MemoryLimit limit = MemoryLimit.of(mib)) {
            database.execute(FILL);
            LauncherProcess launcher = LauncherProcess.start(limit, database.environment());
            try (launcher) {
                HeavyLoad load = new HeavyLoad(launcher.metadata());
                List<Socket> idle = idle(launcher.metadata());
                try (load) {
                    load.read(clients / 2, TASKS + "1/metadata", false);
                    load.read(clients / 2, TASKS + "1/metadata", true);
                    load.post(clients, TASKS + "2/metadata", BODY);
                    awaitAnswers(load, 1);
                    upgrade(launcher);
                    Eventually.await(
                            "a newer service serves",
                            () -> launcher.servingVersion()
                                    .filter(v -> !v.equals("1.0.1"))
                                    .isPresent());
                    awaitAnswers(load, load.count("post 200") + 1);
                } finally {
                    System.out.printf(
                            "figure: %d MiB (%s), %d clients: peak %d MiB; %s%n",
                            mib,
                            limit.getClass().getSimpleName(),
                            2 * clients,
                            limit.peakMib(launcher.process()),
                            load.outcomes());
                }
                assertEquals(List.of(), load.failures(), launcher::log);
                assertPong(idle);
                assertTrue(limit.peakMib(launcher.process()) <= mib);
                assertFalse(launcher.log().contains("OutOfMemory"), launcher::log);
                launcher.stop();
            }
        }
    }

    private static void awaitAnswers(HeavyLoad load, int posts) {
        int fast = load.count("fast list 200");
        Eventually.await(
                "lists and posts are answered",
                () -> load.count("fast list 200") > fast && load.count("post 200") >= posts);
    }

    private static void upgrade(LauncherProcess launcher) throws Exception {
        CompletableFuture<Answer> upgrade = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return launcher.upgrade();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                new ThreadPerTask("upgrade"));
        Answer answer = upgrade.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
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

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client reads a long list slowly while its service is swapped. */
class SwapWhileStreamingIT {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

    /** A list of 12 MB: more than the buffers of a connection hold, which is about 4 MB. */
    private static final String FILL = """
            INSERT INTO flows_v3 (flow_id, ts_epoch, tags)
                SELECT 'Long' || i, 1, jsonb_build_array(repeat('t', 4000)) FROM generate_series(1, 3000) i
            """;

    @Test
    void listThatEndsWithinTheDrainEndsWhole() throws Exception {
        try (TestDatabase database = filled();
                LauncherProcess launcher = LauncherProcess.start(drainingFor(database, 60));
                SlowReader reader = new SlowReader(launcher)) {
            swap(database, launcher);
            assertEquals("draining", swapState(launcher));
            String answer = reader.rest();
            assertTrue(answer.endsWith("]" + LAST_CHUNK), () -> "ends with " + end(answer));
            assertEquals(3000, answer.split("\"flow_id\"", -1).length - 1);
        }
    }

    @Tag("faults")
    @Test
    void listThatTakesLongerThanTheDrainIsSeenToBeCut() throws Exception {
        try (TestDatabase database = filled();
                LauncherProcess launcher = LauncherProcess.start(drainingFor(database, 1));
                SlowReader reader = new SlowReader(launcher)) {
            swap(database, launcher);
            Eventually.await(
                    "the old service is closed", () -> swapState(launcher).equals("idle"));
            String answer = reader.rest();
            assertTrue(answer.startsWith("HTTP/1.1 200 "), () -> answer.substring(0, 100));
            assertFalse(answer.endsWith(LAST_CHUNK), () -> "ends with " + end(answer));
            assertTrue(launcher.log().contains("gave up waiting for 1 requests in flight"), launcher::log);
        }
    }

    private static TestDatabase filled() {
        TestDatabase database = TestDatabases.newest();
        database.execute(FILL);
        return database;
    }

    private static Map<String, String> drainingFor(TestDatabase database, int seconds) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_DRAIN_SECONDS", Integer.toString(seconds));
        return environment;
    }

    /**
     * Takes all migrations but the first out of the ledger, which causes a swap without a migration: a migration would
     * wait for the list that is being read.
     */
    private static void swap(TestDatabase database, LauncherProcess launcher) {
        database.execute("delete from flyway_schema_history where version <> '1'; notify " + Migrations.CHANNEL);
        Eventually.await("1.0.1 serves", () -> launcher.servingVersion().equals(Optional.of("1.0.1")));
    }

    private static String swapState(LauncherProcess launcher) throws IOException {
        return launcher.schemaStatus().body().path("swap").path("state").asText();
    }

    private static String end(String answer) {
        return answer.substring(Math.max(0, answer.length() - 100));
    }

    /** A client that has read the first 16 KiB of a list; it reads the others when {@link #rest} is called. */
    private static final class SlowReader implements AutoCloseable {

        private static final int SMALL = 16 * 1024;

        private final Socket socket = new Socket();
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();

        SlowReader(LauncherProcess launcher) throws IOException {
            socket.setReceiveBufferSize(SMALL);
            socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
            socket.connect(new InetSocketAddress(
                    launcher.metadata().getHost(), launcher.metadata().getPort()));
            socket.getOutputStream()
                    .write("GET /flows HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            read.writeBytes(socket.getInputStream().readNBytes(SMALL));
        }

        /** The whole response up to the end of the connection, headers and chunk lengths included. */
        String rest() throws IOException {
            byte[] buffer = new byte[1 << 20];
            try {
                socket.setReceiveBufferSize(buffer.length); // from here on it reads fast
                for (int n = socket.getInputStream().read(buffer);
                        n >= 0;
                        n = socket.getInputStream().read(buffer)) {
                    read.write(buffer, 0, n);
                }
            } catch (SocketException e) {
                return text(); // a reset ends the response as well
            }
            return text();
        }

        private String text() {
            return read.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are too long are refused so that the client hears of it, in bounded memory and time. */
@Tag("extended")
class BodyLimitIT {

    private static final Duration DEADLINE = Duration.ofSeconds(40);

    /** For so long Metaflow's clients try again. */
    private static final Duration CLIENTS_RETRY_FOR = Duration.ofSeconds(15);

    private static final int CHUNK_BYTES = 64 * 1024;

    @Nested
    class WithTheDefault extends Limit {
        WithTheDefault() {
            super(16 << 20, Map.of());
        }

        /** Two bodies of 10 MiB take the whole budget of this heap. One is refused as soon as a third body needs room. */
        @Test
        void bodyThatComesNoFurtherIsRefusedWhenAnotherNeedsItsMemory() throws Exception {
            try (SlowUpload one = new SlowUpload("/flows/SlowOne");
                    SlowUpload two = new SlowUpload("/flows/SlowTwo")) {
                for (int i = 0; i < 8; i++) {
                    assertPong(); // The I/O thread that answers has read what was sent before.
                }
                long begin = System.nanoTime();
                Eventually.await("a slow client is refused and a third one served", () -> {
                    boolean refused = one.isAnswered() || two.isAnswered();
                    RawExchange third = announced("/flows/Third" + System.nanoTime(), body(1 << 20));
                    return refused && third.statuses().equals(List.of(200));
                });
                Duration waited = Duration.ofNanos(System.nanoTime() - begin);
                assertTrue(waited.compareTo(CLIENTS_RETRY_FOR) < 0, waited::toString);
                for (SlowUpload slow : List.of(one, two)) {
                    String answer = slow.answerAfterEnd();
                    // The one that was not refused ends its body too early; such a request has no answer.
                    assertTrue(answer.isEmpty() || isRefusal(answer), answer);
                }
            }
        }

        private static boolean isRefusal(String answer) {
            return answer.startsWith("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: 1\r\n");
        }

        /** A request that has sent 10 MiB of a body of 11 MiB, and no more. */
        private final class SlowUpload implements AutoCloseable {

            private final Socket socket;

            SlowUpload(String path) throws IOException {
                socket = new Socket(
                        launcher().metadata().getHost(), launcher().metadata().getPort());
                socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
                write(socket, head("POST", path, "Content-Length: " + (11 << 20)) + " ".repeat(10 << 20));
            }

            boolean isAnswered() throws IOException {
                return socket.getInputStream().available() > 0;
            }

            /** Closes the sending half and reads until the connection ends. */
            String answerAfterEnd() throws IOException {
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                try {
                    socket.shutdownOutput();
                    for (int b = socket.getInputStream().read();
                            b >= 0;
                            b = socket.getInputStream().read()) {
                        answer.write(b);
                    }
                } catch (SocketException e) {
                    return answer.toString(StandardCharsets.US_ASCII); // a reset ends the answer as well
                }
                return answer.toString(StandardCharsets.US_ASCII);
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        }
    }

    @Nested
    class WithASmallerLimit extends Limit {
        WithASmallerLimit() {
            super(50_000, Map.of("MF_METADATA_MAX_BODY_BYTES", "50000"));
        }
    }

    /** One launcher with little memory. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Limit {

        @AutoClose
        private final TestDatabase database = TestDatabases.newest();

        private final int most;
        private final Map<String, String> settings;

        @AutoClose
        private LauncherProcess launcher;

        Limit(int most, Map<String, String> settings) {
            this.most = most;
            this.settings = settings;
        }

        @BeforeAll
        void start() throws IOException, InterruptedException {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("JAVA_OPTS", LauncherProcess.SHORT_LIVED + " -Xmx256m");
            environment.putAll(settings);
            launcher = LauncherProcess.start(environment);
        }

        @AfterAll
        void stop() throws InterruptedException {
            if (launcher != null) { // it may not have started
                launcher.stop();
            }
        }

        @Test
        void bodiesAreTakenUpToTheLimit() throws IOException {
            byte[] body = body(most);
            assertEquals(List.of(200), announced("/flows/JustFits", body).statuses());
            assertEquals(List.of(200), chunked("/flows/JustFitsInChunks", body).statuses());
        }

        @Test
        void oneByteMoreIs413() throws IOException {
            byte[] body = body(most + 1);
            assert413(announced("/flows/TooLong", body));
            assert413(chunked("/flows/TooLongInChunks", body));
        }

        /** Closing the connection could reset it before a client that is still sending has read the answer. */
        @Test
        void connectionStaysOpenAfterTheRefusalOfAnAnnouncedBody() throws IOException {
            byte[] body = body(most + 1);
            RawExchange exchange = exchange(socket -> {
                write(socket, head("POST", "/flows/TooLongThenPing", "Content-Length: " + body.length));
                socket.getOutputStream().write(body);
                write(socket, head("GET", "/ping", "Connection: close"));
            });
            assertEquals(List.of(413, 200), exchange.statuses(), exchange::start);
        }

        @Test
        void farMoreIs413AsWell() throws IOException {
            byte[] body = body(most + (16 << 20));
            assert413(announced("/flows/FarTooLong", body));
            assert413(chunked("/flows/FarTooLongInChunks", body));
        }

        @Test
        void whoAsksBeforeSendingIsRefusedAtOnce() throws IOException {
            RawExchange exchange = exchange(socket -> {
                write(socket, head("POST", "/flows/Asked", "Expect: 100-continue\r\nContent-Length: " + (most + 1)));
                socket.shutdownOutput();
            });
            assertEquals(413, exchange.statuses().get(0), exchange::start);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "POST /flows/Endless",
                    "PATCH /flows/F/runs/1/tag/mutate",
                    "POST /flows/F/runs/1/heartbeat",
                    "GET /ping",
                    "GET /flows",
                    "DELETE /flows",
                    "POST /nowhere"
                })
        void bodiesWithoutEndAreAnsweredAndCutOff(String request) throws IOException {
            String[] parts = request.split(" ", -1);
            RawExchange exchange = exchange(endless(parts[0], parts[1]));
            assertTrue(exchange.ended(), () -> "still open after " + exchange.took() + ": " + exchange.start());
            assertEquals(1, exchange.statuses().size(), exchange::start);
            assertTrue(exchange.statuses().get(0) < 500, exchange::start);
            assertPong();
        }

        @Test
        void bodiesWithoutEndForTheMigrationServiceAreCutOffAsWell() throws IOException {
            RawExchange exchange = RawExchange.of(launcher.migration(), endless("GET", "/ping"), DEADLINE);
            assertTrue(exchange.ended(), () -> "still open after " + exchange.took() + ": " + exchange.start());
            assertEquals(List.of(200), exchange.statuses());
        }

        @ParameterizedTest
        @ValueSource(strings = {"[],", "{\"a\":{}},", "1e1,", "\"\u00e9\","})
        void manyLongBodiesAtOnceDoNotFillTheMemory(String element) throws Exception {
            byte[] body = ("{\"tags\": [" + element.repeat((most - 20) / element.length()) + "1]}")
                    .getBytes(StandardCharsets.ISO_8859_1);
            ExecutorService clients = Executors.newFixedThreadPool(24);
            try {
                List<Future<RawExchange>> all = new ArrayList<>();
                for (int i = 0; i < 24; i++) {
                    String path = "/flows/Many" + i + element.hashCode();
                    all.add(clients.submit(() -> announced(path, body)));
                }
                for (Future<RawExchange> one : all) {
                    int status = one.get().statuses().get(0);
                    assertTrue(status < 500 || status == 503, one.get()::start);
                }
            } finally {
                clients.shutdownNow();
            }
            assertPong();
            assertFalse(launcher.log().contains("OutOfMemory"), launcher::log);
        }

        @Test
        void theLimitIsThatOfTheInflatedBody() throws IOException {
            assertEquals(
                    List.of(200),
                    inflated("/flows/Inflated", "gzip", gzip(most, 1)).statuses());
            assert413(inflated("/flows/InflatedTooLong", "gzip", gzip(most + 1, 1)));
            assert413(inflated("/flows/Bomb", "gzip", gzip(1 << 28, 1)));
            assert413(inflated("/flows/BombInABomb", "gzip, gzip", gzip(1 << 28, 2)));
        }

        @Test
        void manyBombsAtOnceTakeNoMoreThanTheirLimit() throws Exception {
            byte[] bomb = gzip(1 << 28, 2);
            ExecutorService clients = Executors.newFixedThreadPool(24);
            try {
                List<Future<RawExchange>> all = new ArrayList<>();
                for (int i = 0; i < 24; i++) {
                    String path = "/flows/Bomb" + i;
                    all.add(clients.submit(() -> inflated(path, "gzip, gzip", bomb)));
                }
                for (Future<RawExchange> one : all) {
                    int status = one.get().statuses().get(0);
                    assertTrue(status == 413 || status == 503, one.get()::start);
                }
            } finally {
                clients.shutdownNow();
            }
            assertPong();
            assertFalse(launcher.log().contains("OutOfMemory"), launcher::log);
        }

        /** Blanks and an empty object of this length together, compressed the given number of times. */
        private static byte[] gzip(int bytes, int times) throws IOException {
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            try (OutputStream out = new GZIPOutputStream(times == 1 ? sent : new GZIPOutputStream(sent), CHUNK_BYTES)) {
                byte[] blanks = " ".repeat(CHUNK_BYTES).getBytes(StandardCharsets.US_ASCII);
                for (int left = bytes - 2; left > 0; left -= blanks.length) {
                    out.write(blanks, 0, Math.min(left, blanks.length));
                }
                out.write("{}".getBytes(StandardCharsets.US_ASCII));
            }
            return sent.toByteArray();
        }

        private RawExchange inflated(String path, String coding, byte[] body) throws IOException {
            return exchange(socket -> {
                write(socket, head("POST", path, "Content-Encoding: " + coding + "\r\nContent-Length: " + body.length));
                socket.getOutputStream().write(body);
                socket.shutdownOutput();
            });
        }

        @Test
        void whatIsAnnouncedAndNeverSentTakesNoMemory() throws Exception {
            List<Socket> waiting = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    Socket socket = new Socket(
                            launcher.metadata().getHost(), launcher.metadata().getPort());
                    waiting.add(socket);
                    write(socket, head("POST", "/flows/Announced" + i, "Content-Length: " + most) + "{");
                }
                assertEquals(
                        List.of(200), announced("/flows/Meanwhile", body(most)).statuses());
            } finally {
                for (Socket socket : waiting) {
                    socket.close();
                }
            }
            assertPong();
        }

        final LauncherProcess launcher() {
            return launcher;
        }

        final void assertPong() throws IOException {
            try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
                Request ping = new Request("GET", "/ping", Optional.empty(), NullNode.getInstance(), Map.of());
                assertEquals("pong", http.send(ping).text());
            }
        }

        private void assert413(RawExchange exchange) {
            assertEquals(List.of(413), exchange.statuses());
            assertTrue(exchange.ended());
            assertTrue(exchange.text().contains("Content-Type: application/json"), exchange::start);
            String message = Json.parse(exchange.body())
                    .orElseThrow(() -> new AssertionError(exchange.start()))
                    .path("message")
                    .asText();
            assertTrue(message.contains("expected at most " + most + " bytes"), message);
        }

        final RawExchange announced(String path, byte[] body) throws IOException {
            return exchange(socket -> {
                write(socket, head("POST", path, "Content-Length: " + body.length));
                socket.getOutputStream().write(body);
                socket.shutdownOutput();
            });
        }

        private RawExchange chunked(String path, byte[] body) throws IOException {
            return exchange(socket -> {
                write(socket, head("POST", path, "Transfer-Encoding: chunked"));
                OutputStream out = socket.getOutputStream();
                for (int at = 0; at < body.length; at += CHUNK_BYTES) {
                    int length = Math.min(CHUNK_BYTES, body.length - at);
                    write(socket, Integer.toHexString(length) + "\r\n");
                    out.write(body, at, length);
                    write(socket, "\r\n");
                }
                write(socket, "0\r\n\r\n");
                socket.shutdownOutput();
            });
        }

        private static RawExchange.Sender endless(String method, String path) {
            return socket -> {
                write(socket, head(method, path, "Transfer-Encoding: chunked"));
                String chunk = Integer.toHexString(CHUNK_BYTES) + "\r\n" + " ".repeat(CHUNK_BYTES) + "\r\n";
                while (!socket.isClosed()) {
                    write(socket, chunk);
                }
            };
        }

        final RawExchange exchange(RawExchange.Sender sender) throws IOException {
            URI service = launcher.metadata();
            return RawExchange.of(service, sender, DEADLINE);
        }

        /** JSON of this length. */
        static byte[] body(int bytes) {
            return ("{\"tags\": \"" + "x".repeat(bytes - 12) + "\"}").getBytes(StandardCharsets.US_ASCII);
        }

        static String head(String method, String path, String headers) {
            return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n";
        }

        static void write(Socket socket, String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}

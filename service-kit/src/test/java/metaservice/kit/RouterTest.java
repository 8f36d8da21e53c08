package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sends requests as bytes over a socket, because an HTTP client could change the paths. */
class RouterTest {

    private static final int MAX_BODY_BYTES = 100;
    private static final int LONG_LIST = 200_000;

    private static final FixedMemory MEMORY = FixedMemory.of(10 << 20);
    private static final AtomicInteger IN_FLIGHT = new AtomicInteger();

    private static Undertow server;
    private static int port;

    @BeforeAll
    static void start() {
        List<Route> routes = List.of(
                Route.direct("/ping", request -> Answer.text("pong")),
                Route.get(
                        "/things",
                        request -> Answer.text("all " + request.query("q").orElse("-"))),
                Route.get("/things/{id}", request -> Answer.text("one " + request.path("id"))),
                Route.get("/things/special", request -> Answer.text("special")),
                Route.post(
                        "/things/{id}",
                        request -> Answer.jsonString(200, request.jsonObject().toString())),
                Route.signal(
                        "/signal", request -> Answer.text(Thread.currentThread().getName())),
                Route.signal(
                                "/signal-that-never-blocks",
                                request -> Answer.text(Thread.currentThread().getName()))
                        .neverBlocks(),
                Route.get(
                        "/long",
                        request -> Answer.json(200, json -> {
                            json.writeStartArray();
                            for (int i = 0; i < LONG_LIST; i++) {
                                json.writeNumber(i);
                            }
                            json.writeEndArray();
                        })),
                Route.get("/fails", request -> {
                    throw new IllegalStateException("a secret detail");
                }),
                Route.get(
                        "/fails-late",
                        request -> Answer.json(200, json -> {
                            json.writeStartArray();
                            for (int i = 0; i < LONG_LIST; i++) {
                                json.writeNumber(i);
                            }
                            throw new IllegalStateException("while the answer is sent");
                        })),
                Route.get("/too-many-long-reads", request -> {
                    throw new LongReadPermits.TooManyLongReadsException();
                }),
                Route.get("/unavailable", request -> {
                    throw new SQLTransientConnectionException("no connection");
                }));
        Router router = new Router("/api", MAX_BODY_BYTES, MEMORY, "9.9.9", new Failures(Failures.STRUCTURED), routes);
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setServerOption(UndertowOptions.DECODE_URL, false)
                .setHandler(exchange -> {
                    IN_FLIGHT.incrementAndGet();
                    exchange.addExchangeCompleteListener((answered, next) -> {
                        IN_FLIGHT.decrementAndGet();
                        next.proceed();
                    });
                    router.handleRequest(exchange);
                })
                .build();
        server.start();
        port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    }

    private static String post(String path, String body) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    private static int status(String response) {
        return Integer.parseInt(response.substring(9, 12));
    }

    private static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource({
        "/api/ping, 200, pong",
        "/api/things, 200, all -",
        "/api/things?q=a+b%2B, 200, all a b+",
        "/api/things?q=, 200, all -",
        "/api/things?q=1&q=2, 200, all 1",
        "/api/things/a%2Fb%20%C3%A9, 200, one a/b é",
        "/api/things/a;b=c, 200, one a;b=c",
        "/api/things/special, 200, special"
    })
    void pathsAreRoutedToTheirEndpoint(String path, int status, String text) throws IOException {
        String response = get(path);
        assertEquals(status + " " + text, status(response) + " " + body(response));
    }

    @ParameterizedTest(name = "{0} with the body {1}")
    @CsvSource({
        "/api/signal, '', task",
        "/api/signal, {}, task",
        "/api/signal-that-never-blocks, '', I/O",
        "/api/signal-that-never-blocks, {}, I/O"
    })
    void endpointsThatNeverBlockAreCalledOnIoThreadsWithAndWithoutBody(String path, String sent, String thread)
            throws IOException {
        String response = post(path, sent);
        assertEquals(200, status(response));
        assertTrue(body(response).contains(thread), response);
    }

    @ParameterizedTest
    @CsvSource({
        "/ping",
        "/",
        "/api",
        "/api/",
        "/api/things/",
        "/api//things",
        "//api/things",
        "/api/%74hings",
        "/apithings",
        "/api/Things",
        "/api/things/a/b"
    })
    void otherPathsAreNotFound(String path) throws IOException {
        assertEquals(404, status(get(path)));
    }

    @ParameterizedTest
    @CsvSource({"/api/things/%", "/api/things/%4", "/api/things/%zz", "/api/things/%ff", "/api/things/a%00b"})
    void malformedEscapesAreAClientError(String path) throws IOException {
        assertEquals(400, status(get(path)));
    }

    @Test
    void answer405ListsTheAllowedMethods() throws IOException {
        String response = send("DELETE /api/things/x HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        assertTrue(status(response) == 405 && response.contains("Allow: GET,POST\r\n"), response);
    }

    @Test
    void everyAnswerHasTheServiceVersion() throws IOException {
        assertTrue(get("/nope").contains("METADATA_SERVICE_VERSION: 9.9.9\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"``", "{\"a\": 1e99999999999}", "{", "not json", "[]", "5", "{\"a\": NaN}", "{} {}", "{\"a\": 1,}"
            })
    void bodiesThatAreNotAnObjectAreRefusedWithAMessage(String body) throws IOException {
        String response = post("/api/things/x", body);
        assertTrue(status(response) == 400 && body(response).startsWith("{\"message\":\"body: "), response);
    }

    @Test
    void truncatedBodyLeavesNoRequestInFlight() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String request = "POST /api/things/x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            assertEquals(0, socket.getInputStream().readAllBytes().length);
        }
        assertNoRequestInFlight();
    }

    @Test
    void longAnswerToARequestWithABodyLeavesNoRequestInFlight() throws Exception {
        String body = "x".repeat(MAX_BODY_BYTES);
        String response = send("GET /api/long HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
        assertTrue(response.endsWith("\r\n0\r\n\r\n"), () -> response.substring(Math.max(0, response.length() - 100)));
        assertNoRequestInFlight();
    }

    /** The server's handler counts requests until they are complete. */
    private static void assertNoRequestInFlight() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (IN_FLIGHT.get() > 0) {
            assertTrue(System.nanoTime() < end, "requests are still in flight");
            Thread.onSpinWait();
        }
    }

    @Test
    void deeplyNestedBodyIsRefused() throws IOException {
        assertEquals(400, status(post("/api/things/x", "[".repeat(MAX_BODY_BYTES))));
    }

    @Test
    void bodiesAreReadUpToTheLimit() throws IOException {
        String body = "{\"a\": \"" + "x".repeat(MAX_BODY_BYTES - 9) + "\"}";
        assertEquals(200, status(post("/api/things/x", body)));
    }

    @Test
    void longerBodiesAreRefused() throws IOException {
        assertEquals(413, status(post("/api/things/x", " ".repeat(MAX_BODY_BYTES + 1))));
    }

    @Test
    void longerChunkedBodiesAreRefused() throws IOException {
        String response = send("POST /api/things/x HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n80\r\n" + " ".repeat(128) + "\r\n0\r\n\r\n");
        assertTrue(status(response) == 413, response);
    }

    @Test
    void longAnswersAreStreamed() throws IOException {
        String response = get("/api/long");
        assertTrue(
                response.contains("Transfer-Encoding: chunked") && response.contains((LONG_LIST - 1) + "]"),
                response.substring(0, 300));
    }

    @Test
    void internalErrorShowsOnlyAnId() throws IOException {
        String response = get("/api/fails");
        assertTrue(status(response) == 500 && !response.contains("secret") && response.contains("under id"), response);
    }

    @Test
    void answerThatFailsWhileItIsSentIsIncomplete() throws IOException {
        assertTrue(!get("/api/fails-late").endsWith("0\r\n\r\n"));
    }

    @Test
    void unavailableDatabaseIsAnsweredWith503() throws IOException {
        String response = get("/api/unavailable");
        assertTrue(status(response) == 503 && response.contains("Retry-After: 1\r\n"), response);
        assertEquals("{\"message\":\"the database is not available, please retry\"}", body(response));
    }

    @Test
    void tooManyLongReadsAreAnsweredWith503AndTheReason() throws IOException {
        String response = get("/api/too-many-long-reads");
        assertTrue(status(response) == 503 && response.contains("Retry-After: 1\r\n"), response);
        assertEquals("{\"message\":\"too many long lists and slow queries at once, please retry\"}", body(response));
    }
}

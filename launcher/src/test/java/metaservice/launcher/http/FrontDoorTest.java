package metaservice.launcher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.launcher.Http;
import metaservice.migrations.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrontDoorTest {

    private static final int MAX_BODY = 1000;

    private FrontDoor frontDoor;

    @BeforeEach
    void open() throws IOException {
        frontDoor = FrontDoor.open("front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_BODY);
    }

    @AfterEach
    void close() {
        frontDoor.close();
    }

    @Test
    void requestWithoutAServiceIsAnswered503WithRetryAfter() throws Exception {
        HttpResponse<String> answer = Http.get(frontDoor.port(), "/ping");
        assertEquals(503, answer.statusCode());
        assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("{\"message\": \"Metaservice is starting: no service is ready yet.\"}", answer.body());
    }

    @Test
    void frontDoorIsBusyWhileClientsAreServed() throws Exception {
        Http.get(frontDoor.port(), "/");
        assertFalse(frontDoor.isBusy(), "no service was set");
        frontDoor.serve(exchange -> exchange.getResponseSender().send("served"));
        Http.get(frontDoor.port(), "/");
        assertTrue(frontDoor.isBusy());
        Eventually.await("there was no recent request", () -> !frontDoor.isBusy());
        Http.get(frontDoor.port(), "/");
        frontDoor.stop();
        assertFalse(frontDoor.isBusy(), "not busy while stopping");
    }

    @Test
    void handlerGetsPathAndQueryUndecoded() throws Exception {
        frontDoor.serve(exchange ->
                exchange.getResponseSender().send(exchange.getRequestPath() + "?" + exchange.getQueryString()));
        assertEquals(
                "/a%2Fb%20c?d=%2C",
                Http.get(frontDoor.port(), "/a%2Fb%20c?d=%2C").body());
    }

    @Test
    void exceptionOfAHandlerIsA500WithAnId() throws Exception {
        assertInternalError(exchange -> {
            throw new IllegalStateException("secret inside");
        });
    }

    @Test
    void exceptionOfADispatchedHandlerIsA500WithAnId() throws Exception {
        assertInternalError(new BlockingHandler(exchange -> {
            throw new IllegalStateException("secret inside");
        }));
    }

    @Test
    void exceptionAfterHeadersWereSetIsA500WithoutThem() throws Exception {
        assertInternalError(exchange -> {
            exchange.setResponseContentLength(5);
            throw new IllegalStateException("secret inside");
        });
    }

    private void assertInternalError(HttpHandler handler) throws Exception {
        frontDoor.serve(handler);
        HttpResponse<String> answer = Http.get(frontDoor.port(), "/");
        assertEquals(500, answer.statusCode());
        assertTrue(
                answer.body()
                        .matches(
                                "\\{\"message\": \"Internal error; the log of the service tells more under id [-0-9a-f]+\\.\"}"),
                answer::body);
        assertFalse(answer.body().contains("secret"));
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        frontDoor.serve(new BlockingHandler(
                exchange -> exchange.getResponseSender().send("<" + exchange.getRequestPath() + ">")));
        String answers = exchange(head("GET", "/1") + head("GET", "/2") + head("GET", "/3", "Connection: close"));
        assertTrue(answers.matches("(?s).*</1>.*</2>.*</3>"), answers);
    }

    @Test
    void expectContinueIsAnswered() throws Exception {
        frontDoor.serve(new BlockingHandler(exchange -> {
            byte[] body = exchange.getInputStream().readAllBytes();
            exchange.getResponseSender().send("got " + body.length);
        }));
        String head = head("POST", "/", "Expect: 100-continue", "Connection: close", "Content-Length: 3");
        String answers = exchange(head + "abc");
        assertTrue(answers.startsWith("HTTP/1.1 100"), answers);
        assertTrue(answers.endsWith("got 3"), answers);
    }

    @Test
    void drainWaitsForRequestsInFlightWhileTheNextServiceAnswers() throws Exception {
        Held held = new Held();
        frontDoor.serve(held.handler());
        CompletableFuture<HttpResponse<String>> inFlight = Http.begin(frontDoor.port(), "/old");
        held.awaitEntered();

        Admission old = frontDoor.serve(exchange -> exchange.getResponseSender().send("new"));
        assertEquals("new", Http.get(frontDoor.port(), "/").body());
        assertEquals(1, old.drain(Duration.ZERO));
        held.release();
        assertEquals(0, old.drain(Http.DEADLINE));
        assertEquals(
                "held",
                inFlight.get(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS).body());
    }

    @Test
    void drainWithoutRequestsInFlightReturnsAtOnce() throws Exception {
        Admission idle =
                frontDoor.serve(exchange -> exchange.getResponseSender().send("new"));
        assertEquals(0, idle.drain(Duration.ZERO));
        assertEquals("new", Http.get(frontDoor.port(), "/").body());
    }

    @Test
    void stopAnswersRequestsInFlightAndRefusesConnections() throws Exception {
        Held held = new Held();
        frontDoor.serve(held.handler());
        try (Socket kept = connect()) {
            kept.getOutputStream().write(head("GET", "/1").getBytes(StandardCharsets.US_ASCII));
            held.awaitEntered();
            Admission last = frontDoor.stop();
            assertThrows(ConnectException.class, () -> connect().close());
            held.release();
            assertEquals(0, last.drain(Http.DEADLINE));
            kept.getOutputStream().write(head("GET", "/2").getBytes(StandardCharsets.US_ASCII));
            String answers = new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answers.matches("(?s).*200 OK.*held.*503 .*Metaservice is stopping.*"), answers);
        }
    }

    @Test
    void stopAcceptingStillAnswersOnceOnEachOpenConnection() throws Exception {
        frontDoor.serve(CannedAnswer.json(200, Map.of("message", "still here")));
        try (Socket kept = connect()) {
            kept.getOutputStream().write(head("GET", "/1").getBytes(StandardCharsets.US_ASCII));
            awaitText(kept, "still here");
            frontDoor.stopAccepting();
            assertThrows(ConnectException.class, () -> connect().close());
            kept.getOutputStream().write(head("GET", "/2").getBytes(StandardCharsets.US_ASCII));
            String last = new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(last.matches("(?s).*200 OK.*Connection: close.*still here.*"), last);
        }
    }

    @Test
    void portInUseIsAnError() {
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), frontDoor.port());
        assertThrows(IOException.class, () -> FrontDoor.open("front-door", taken, MAX_BODY));
    }

    private static String head(String method, String path, String... headers) {
        String lines = Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
        return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n";
    }

    private static void awaitText(Socket socket, String wanted) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(wanted) < 0) {
            int next = socket.getInputStream().read();
            assertTrue(next >= 0, () -> "closed after " + text);
            text.append((char) next);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), frontDoor.port());
        socket.setSoTimeout((int) Http.DEADLINE.toMillis());
        return socket;
    }

    /** Sends text and returns the answers up to the end of the connection. */
    private String exchange(String text) throws IOException {
        try (Socket socket = connect();
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** A handler that waits until it is released. */
    private static final class Held {

        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        HttpHandler handler() {
            return new BlockingHandler(exchange -> {
                entered.countDown();
                assertTrue(released.await(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS));
                exchange.getResponseSender().send("held");
            });
        }

        void awaitEntered() throws InterruptedException {
            assertTrue(entered.await(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS));
        }

        void release() {
            released.countDown();
        }
    }
}

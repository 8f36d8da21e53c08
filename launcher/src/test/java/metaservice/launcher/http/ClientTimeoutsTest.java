package metaservice.launcher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.io.Receiver;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import metaservice.launcher.Http;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientTimeoutsTest {

    private static final int MAX_DISCARDED = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final byte[] CHUNK = ("3e8\r\n" + "x".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);

    private FrontDoor frontDoor;

    @BeforeEach
    void open() throws IOException {
        frontDoor = FrontDoor.open(
                "front-door",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ClientTimeouts.Limits(MAX_DISCARDED, TIMEOUT, TIMEOUT));
    }

    @AfterEach
    void close() {
        frontDoor.close();
    }

    @Test
    void connectionOfABodyThatStallsIsClosed() throws Exception {
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        Receiver.ErrorCallback onError = (exchange, e) -> {
            failure.complete(e);
            exchange.endExchange();
        };
        serve(exchange -> exchange.getRequestReceiver().receiveFullBytes((ignored, body) -> {}, onError));
        try (Socket client = connect()) {
            write(client, head("Content-Length: 100") + "begin");
            assertEnds(client);
        }
        failure.get(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        assertDrains();
    }

    @Test
    void connectionOfAStalledBodyIsClosedEvenIfTheHandlerDoesNotReadIt() throws Exception {
        serve(exchange -> exchange.getResponseSender().send("done"));
        try (Socket client = connect()) {
            write(client, head("Content-Length: 100") + "begin");
            assertEnds(client);
        }
        assertDrains();
    }

    @Test
    void connectionOfAnEndlessBodyIsClosedAfterTheLimit() throws Exception {
        serve(exchange -> exchange.getResponseSender().send("done"));
        try (Socket client = connect()) {
            write(client, head("Transfer-Encoding: chunked"));
            OutputStream out = client.getOutputStream();
            assertThrows(SocketException.class, () -> {
                while (true) {
                    out.write(CHUNK);
                }
            });
        }
        assertDrains();
    }

    @Test
    void connectionWithAStalledNonBlockingAnswerIsClosed() throws Exception {
        serve(exchange -> exchange.getResponseSender().send(ByteBuffer.allocate(64 << 20)));
        try (Socket client = connect()) {
            write(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertDrains();
        }
    }

    @Test
    void connectionWithAStalledBlockingAnswerIsClosed() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        serve(new BlockingHandler(exchange -> {
            try {
                exchange.getOutputStream().write(new byte[64 << 20]);
            } finally {
                free.countDown();
            }
        }));
        try (Socket client = connect()) {
            write(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertTrue(free.await(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS));
        }
        assertDrains();
    }

    @Test
    void connectionIsKeptWhileTheServiceIsSlow() throws Exception {
        serve(new BlockingHandler(exchange -> {
            byte[] body = exchange.getInputStream().readAllBytes();
            TimeUnit.MILLISECONDS.sleep(2 * TIMEOUT.toMillis()); // longer than either timeout
            exchange.getResponseSender().send("got " + body.length);
        }));
        assertEquals("got 5", Http.send(frontDoor.port(), "POST", "/", "12345").body());
    }

    /** Sets the handler of all further requests. */
    private void serve(HttpHandler handler) {
        frontDoor.serve(handler);
    }

    /** Waits until no request is in flight. */
    private void assertDrains() throws InterruptedException {
        assertEquals(0, frontDoor.serve(exchange -> {}).drain(Http.DEADLINE));
    }

    private static String head(String header) {
        return "POST / HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), frontDoor.port());
        socket.setSoTimeout((int) Http.DEADLINE.toMillis());
        return socket;
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertEnds(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertTrue(e.getMessage().contains("reset"), e::getMessage);
        }
    }
}

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

    private static final int THROWN_AWAY = 1 << 20;
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final byte[] CHUNK = ("3e8\r\n" + "x".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);

    private FrontDoor door;

    @BeforeEach
    void open() throws IOException {
        door = FrontDoor.open(
                "front-door",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ClientTimeouts.Limits(THROWN_AWAY, SHORT, SHORT));
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void bodyThatStopsOnItsWayIsCutOffAndNobodyWaitsForIt() throws Exception {
        CompletableFuture<IOException> noticed = new CompletableFuture<>();
        Receiver.ErrorCallback broken = (exchange, e) -> {
            noticed.complete(e);
            exchange.endExchange();
        };
        serve(exchange -> exchange.getRequestReceiver().receiveFullBytes((ignored, body) -> {}, broken));
        try (Socket client = connect()) {
            write(client, head("Content-Length: 100") + "begin");
            assertEnds(client);
        }
        noticed.get(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        assertDrains();
    }

    @Test
    void bodyThatNobodyWantsIsCutOffAsWell() throws Exception {
        serve(exchange -> exchange.getResponseSender().send("done"));
        try (Socket client = connect()) {
            write(client, head("Content-Length: 100") + "begin");
            assertEnds(client);
        }
        assertDrains();
    }

    @Test
    void bodyWithoutEndIsThrownAwayOnlySoFar() throws Exception {
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
    void answerThatIsNotTakenIsCutOffWhenNobodyWaitsInAWorker() throws Exception {
        serve(exchange -> exchange.getResponseSender().send(ByteBuffer.allocate(64 << 20)));
        try (Socket client = connect()) {
            write(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertDrains();
        }
    }

    @Test
    void answerThatIsNotTakenIsCutOffWhenAWorkerWaits() throws Exception {
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
    void whoIsServedSlowlyIsNotCutOff() throws Exception {
        serve(new BlockingHandler(exchange -> {
            byte[] body = exchange.getInputStream().readAllBytes();
            TimeUnit.MILLISECONDS.sleep(2 * SHORT.toMillis()); // longer than either patience
            exchange.getResponseSender().send("got " + body.length);
        }));
        assertEquals("got 5", Http.send(door.port(), "POST", "/", "12345").body());
    }

    /** What meets the requests from now on. */
    private void serve(HttpHandler handler) {
        door.serve(handler);
    }

    /** Waits until no request is in flight any more. */
    private void assertDrains() throws InterruptedException {
        assertEquals(0, door.serve(exchange -> {}).drain(Http.DEADLINE));
    }

    private static String head(String header) {
        return "POST / HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
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

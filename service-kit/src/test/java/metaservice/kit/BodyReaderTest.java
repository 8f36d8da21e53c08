package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BodyReaderTest {

    private static final int SECONDS = 20;

    /** XNIO then calls the reader on an I/O thread whose context class loader is not the service's. */
    @Test
    void lateBodyIsReadWithTheContextClassLoaderOfTheService() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<ClassLoader> seen = new CompletableFuture<>();
        try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
            Undertow server = Undertow.builder()
                    .addHttpListener(0, "127.0.0.1")
                    .setHandler(exchange -> {
                        Thread thread = Thread.currentThread();
                        ClassLoader former = thread.getContextClassLoader();
                        thread.setContextClassLoader(loader);
                        try {
                            new BodyReader(
                                            exchange,
                                            100,
                                            new BodyBudget(new FixedMemory.Budget(0)),
                                            answering(exchange, seen))
                                    .read();
                        } finally {
                            thread.setContextClassLoader(former);
                            waiting.countDown();
                        }
                    })
                    .build();
            server.start();
            int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(SECONDS * 1000);
                OutputStream out = socket.getOutputStream();
                out.write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                assertTrue(waiting.await(SECONDS, TimeUnit.SECONDS));
                out.write("body".getBytes(StandardCharsets.US_ASCII));
                assertSame(loader, seen.get(SECONDS, TimeUnit.SECONDS));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertEquals("HTTP/1.1 200 OK", answer.lines().findFirst().orElse(answer));
            } finally {
                server.stop();
            }
        }
    }

    private static BodyReader.Reader answering(HttpServerExchange exchange, CompletableFuture<ClassLoader> seen) {
        return new BodyReader.Reader() {
            @Override
            public void whole(byte[] body) {
                seen.complete(Thread.currentThread().getContextClassLoader());
                exchange.endExchange();
            }

            @Override
            public void refused(Answer answer) {
                seen.completeExceptionally(new AssertionError(answer));
            }

            @Override
            public void brokenOff(IOException e) {
                seen.completeExceptionally(e);
            }
        };
    }
}

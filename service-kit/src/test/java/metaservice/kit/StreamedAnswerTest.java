package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are longer than the buffer need a permit if their body holds a connection. */
class StreamedAnswerTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String LONG = "x".repeat(300_000);

    private final LongReadPermits permits = new LongReadPermits(3);
    private final AtomicInteger attempts = new AtomicInteger();
    private final CountDownLatch firstAttemptEnded = new CountDownLatch(1);
    private Undertow server;

    @BeforeEach
    void start() {
        List<Route> routes = List.of(
                Route.get("/short", request -> Answer.whileReading(permits, json -> json.writeString("x"))),
                Route.get("/long", request -> Answer.whileReading(permits, this::writeLong)));
        Router router =
                new Router("", 100, FixedMemory.of(10 << 20), "1.2.3", new Failures(Failures.STRUCTURED), routes);
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1", router)
                .setWorkerThreads(2)
                .build();
        server.start();
    }

    private void writeLong(JsonGenerator json) throws Exception {
        attempts.incrementAndGet();
        try {
            json.writeString(LONG);
        } finally {
            firstAttemptEnded.countDown();
        }
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void longAnswerIsWrittenAgainWhenAPermitIsFree() throws Exception {
        assertTrue(permits.tryAcquire());
        CompletableFuture<HttpResponse<String>> answer = get("/long");
        assertTrue(
                firstAttemptEnded.await(DEADLINE.toSeconds(), TimeUnit.SECONDS),
                "the body holds its connection while it waits");
        assertFalse(answer.isDone());
        permits.release();
        assertEquals(
                '"' + LONG + '"',
                answer.get(DEADLINE.toSeconds(), TimeUnit.SECONDS).body());
        assertEquals(2, attempts.get());
        permits.acquire();
        assertFalse(permits.tryAcquire(), "a permit was returned twice");
    }

    @Test
    void longAnswerReturnsItsPermit() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    200,
                    get("/long").get(DEADLINE.toSeconds(), TimeUnit.SECONDS).statusCode());
        }
        assertEquals(2, attempts.get());
    }

    @Test
    void shortAnswerNeedsNoPermit() throws Exception {
        permits.acquire();
        assertEquals(
                "\"x\"",
                get("/short").get(DEADLINE.toSeconds(), TimeUnit.SECONDS).body());
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        return HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}

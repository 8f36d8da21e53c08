package metaservice.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import metaservice.migrations.Eventually;

/**
 * Clients that need much memory at once, until {@link #close}: they read a long list, fast and slowly, and send long
 * bodies. Each request has a connection of its own. A request that is refused with 503 is sent again after a pause.
 */
final class HeavyLoad implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration AFTER_REFUSAL = Duration.ofMillis(500);

    /** Without this pause the clients would take the processors from the launcher. */
    private static final Duration AFTER_ANSWER = Duration.ofMillis(200);

    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

    /** A slow reader reads so much, and pauses. */
    private static final int SLOW_READ_BYTES = 64 * 1024;

    private static final Duration SLOW_READ_PAUSE = Duration.ofMillis(20);

    private final URI service;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    HeavyLoad(URI service) {
        this.service = service;
    }

    /** Adds clients that read a list again and again. */
    void read(int clients, String path, boolean slowly) {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        repeat(clients, slowly ? "slow list" : "fast list", socket -> {
            socket.setReceiveBufferSize(slowly ? SLOW_READ_BYTES : 1 << 20);
            connect(socket);
            socket.getOutputStream().write(request);
            return answer(socket, slowly ? SLOW_READ_PAUSE : Duration.ZERO);
        });
    }

    /** Adds clients that send a body again and again. */
    void post(int clients, String path, byte[] body) {
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        repeat(clients, "post", socket -> {
            connect(socket);
            socket.getOutputStream().write(head);
            socket.getOutputStream().write(body);
            return answer(socket, Duration.ZERO);
        });
    }

    /** How many requests had which outcome, such as {@code post 200}. */
    Map<String, AtomicInteger> outcomes() {
        return new TreeMap<>(outcomes);
    }

    /** How many requests had an outcome. */
    int count(String outcome) {
        AtomicInteger count = outcomes.get(outcome);
        return count == null ? 0 : count.get();
    }

    /** What must not happen: an answer other than 200 and 503, a refusal without Retry-After, a broken connection. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits for the requests in flight. */
    @Override
    public void close() {
        stopping = true;
        Eventually.await("the clients have ended", () -> threads.stream().noneMatch(Thread::isAlive));
    }

    private interface Exchange {
        /** Sends one request; returns the first and the last characters of the answer. */
        String on(Socket socket) throws IOException;
    }

    private void repeat(int clients, String name, Exchange exchange) {
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(
                    () -> {
                        while (!stopping) {
                            once(name, exchange);
                        }
                    },
                    "heavy-load");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void once(String name, Exchange exchange) {
        try (Socket socket = new Socket()) {
            judge(name, exchange.on(socket));
        } catch (IOException e) {
            failed(name, e.toString());
        }
    }

    private void judge(String name, String answer) {
        boolean refused = answer.startsWith("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: ");
        boolean chunked = answer.contains("\r\nTransfer-Encoding: chunked\r\n");
        if (refused) {
            count(name, "503");
            LockSupport.parkNanos(AFTER_REFUSAL.toNanos());
        } else if (answer.startsWith("HTTP/1.1 200 ") && (!chunked || answer.endsWith(LAST_CHUNK))) {
            count(name, "200");
            LockSupport.parkNanos(AFTER_ANSWER.toNanos());
        } else {
            failed(name, answer);
        }
    }

    private void failed(String name, String reason) {
        count(name, "failed");
        failures.add(Instant.now() + " " + name + ": " + reason);
        LockSupport.parkNanos(AFTER_REFUSAL.toNanos());
    }

    private void count(String name, String outcome) {
        outcomes.computeIfAbsent(name + " " + outcome, key -> new AtomicInteger())
                .incrementAndGet();
    }

    private void connect(Socket socket) throws IOException {
        socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
        socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
    }

    /** Reads to the end of the connection and keeps the first 500 and the last 20 characters. */
    private static String answer(Socket socket, Duration pause) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[SLOW_READ_BYTES];
        StringBuilder kept = new StringBuilder();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            kept.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            if (kept.length() > 600) {
                kept.delete(500, kept.length() - 20);
            }
            if (!pause.isZero()) {
                LockSupport.parkNanos(pause.toNanos());
            }
        }
        return kept.toString();
    }
}

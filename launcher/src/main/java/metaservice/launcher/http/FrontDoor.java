package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The public listener of one kind of service. It is open for the whole life of the process, while the handler, the
 * service, can be replaced. Without a service it answers 503 with {@code Retry-After}: clients retry after that and
 * after a broken connection only. Thread-safe.
 */
public final class FrontDoor implements AutoCloseable {

    /** Few workers, because services block on threads of their own. */
    private static final HttpListener.Threads THREADS =
            new HttpListener.Threads(Math.max(2, Runtime.getRuntime().availableProcessors()), 4);

    private static final HttpHandler STARTING =
            CannedAnswer.unavailable("message", "Metaservice is starting: no service is ready yet.");
    private static final HttpHandler STOPPING = CannedAnswer.unavailable("message", "Metaservice is stopping.");

    /** Clients are being served if the last request is not older than this. */
    private static final Duration BUSY_AFTER_REQUEST = Duration.ofSeconds(1);

    /** Without a request for this time, the open connections are idle. */
    private static final Duration QUIET_PERIOD = Duration.ofMillis(200);

    private final AtomicReference<Admission> current = new AtomicReference<>(new Admission(STARTING));
    private final HttpListener listener;

    /** Whether a service or a later handler has replaced the answer of the start. */
    private volatile boolean hasServed;

    /** Whether each connection is closed after its next answer. */
    private volatile boolean closeAfterAnswer;

    private volatile long lastRequest = System.nanoTime();

    private FrontDoor(String name, InetSocketAddress address, RequestGuard guard, ClientTimeouts.Limits timeouts)
            throws IOException {
        this.listener = HttpListener.open(name, address, THREADS, timeouts, guard.before(this::receive));
    }

    /**
     * Opens the listener; until {@link #serve} it answers 503.
     *
     * @param name prefix of the names of the listener's threads
     * @param maxBodyBytes longest body that a service reads; the listener cuts a client off that sends 64 MiB more. The
     *     service answers that a body is too long
     * @param guard refuses requests before they reach a service
     * @throws IOException if the address cannot be bound
     */
    public static FrontDoor open(String name, InetSocketAddress address, long maxBodyBytes, RequestGuard guard)
            throws IOException {
        return new FrontDoor(name, address, guard, ClientTimeouts.Limits.forBodiesUpTo(maxBodyBytes));
    }

    /** The same with {@link RequestGuard#SAME_ORIGIN}. */
    public static FrontDoor open(String name, InetSocketAddress address, long maxBodyBytes) throws IOException {
        return open(name, address, maxBodyBytes, RequestGuard.SAME_ORIGIN);
    }

    /** The same with other limits, for tests. */
    public static FrontDoor open(String name, InetSocketAddress address, ClientTimeouts.Limits timeouts)
            throws IOException {
        return new FrontDoor(name, address, RequestGuard.SAME_ORIGIN, timeouts);
    }

    public int port() {
        return listener.port();
    }

    /**
     * Sends all further requests to a handler.
     *
     * @return the handler before, which may still have requests in flight: to be drained by the caller
     */
    public Admission serve(HttpHandler handler) {
        hasServed = true;
        return current.getAndSet(new Admission(handler));
    }

    /**
     * Whether clients are being served: there was a request within the last second, and the listener is not stopping.
     */
    public boolean isBusy() {
        return hasServed && !closeAfterAnswer && System.nanoTime() - lastRequest < BUSY_AFTER_REQUEST.toNanos();
    }

    /**
     * Refuses new connections, and closes each open one after its next answer. The service still gives that answer, so
     * no request on an accepted connection is refused. Returns at once.
     */
    public void stopAccepting() {
        lastRequest = System.nanoTime();
        closeAfterAnswer = true;
        listener.stopAccepting();
    }

    /**
     * After {@link #stopAccepting}: waits until no request has come for 200 ms.
     *
     * @param timeout longest wait
     */
    public void awaitQuiet(Duration timeout) throws InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < timeout.toNanos()
                && System.nanoTime() - lastRequest < QUIET_PERIOD.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(QUIET_PERIOD.toNanos() / 10);
        }
    }

    /**
     * Refuses new connections, and answers 503 to further requests on the open ones.
     *
     * @return the handler before, to be drained by the caller
     */
    public Admission stop() {
        closeAfterAnswer = true; // because a later request would get a 503, too
        listener.stopAccepting();
        return serve(STOPPING);
    }

    /** Closes the socket and all connections, without regard to requests in flight. */
    @Override
    public void close() {
        listener.close();
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        lastRequest = System.nanoTime();
        if (closeAfterAnswer) {
            exchange.setPersistent(false);
        }
        // A handler that is drained has been replaced already, so the next attempt reaches its replacement.
        while (!current.get().admit(exchange)) {
            Thread.onSpinWait();
        }
    }
}

package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The one public listener. It lives as long as the process; services come and go behind it, and while there is none it
 * answers 503 with {@code Retry-After}, the only status besides a broken connection that clients try again after.
 * Thread-safe.
 */
public final class FrontDoor implements AutoCloseable {

    /** Services bring threads of their own for what blocks. */
    private static final HttpListener.Threads THREADS =
            new HttpListener.Threads(Math.max(2, Runtime.getRuntime().availableProcessors()), 4);

    private static final HttpHandler STARTING =
            CannedAnswer.unavailable("message", "Metaservice is starting: no service is ready yet.");
    private static final HttpHandler STOPPING = CannedAnswer.unavailable("message", "Metaservice is stopping.");

    /** Clients who asked within that time are still there. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    /** Nobody asked for so long: those who keep connections open without using them are not waited for. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private final AtomicReference<Admission> behind = new AtomicReference<>(new Admission(STARTING));
    private final HttpListener listener;

    /** Whether anybody stood behind the door since the start. */
    private volatile boolean opened;

    private volatile boolean leaving;
    private volatile long lastAsked = System.nanoTime();

    private FrontDoor(String name, InetSocketAddress address, RequestGuard guard, ClientTimeouts.Limits timeouts)
            throws IOException {
        this.listener = HttpListener.open(name, address, THREADS, timeouts, guard.before(this::receive));
    }

    /**
     * Opens the door, with nobody behind it yet.
     *
     * @param name of the listener's threads
     * @param maxBodyBytes longest body that a service reads; the listener cuts a client off that sends 64 MiB more. The
     *     service answers that a body is too long
     * @param guard refuses requests before they reach a service
     * @throws IOException if the address cannot be bound
     */
    public static FrontDoor open(String name, InetSocketAddress address, long maxBodyBytes, RequestGuard guard)
            throws IOException {
        return new FrontDoor(name, address, guard, ClientTimeouts.Limits.forBodiesUpTo(maxBodyBytes));
    }

    /** The same for every host; refuses requests of other origins that may write. */
    public static FrontDoor open(String name, InetSocketAddress address, long maxBodyBytes) throws IOException {
        return open(name, address, maxBodyBytes, RequestGuard.SAME_ORIGIN);
    }

    /** The same with other timeouts. */
    public static FrontDoor open(String name, InetSocketAddress address, ClientTimeouts.Limits timeouts)
            throws IOException {
        return new FrontDoor(name, address, RequestGuard.SAME_ORIGIN, timeouts);
    }

    public int port() {
        return listener.port();
    }

    /**
     * Lets a handler answer all requests from now on.
     *
     * @return who stood behind the door until now and may still have requests in flight: to be drained by the caller
     */
    public Admission serve(HttpHandler handler) {
        opened = true;
        return behind.getAndSet(new Admission(handler));
    }

    /** Whether clients ask and are served, and that shall go on. */
    public boolean isBusy() {
        return opened && !leaving && System.nanoTime() - lastAsked < RECENT.toNanos();
    }

    /**
     * Refuses new connections, and lets each open one end with its next answer. The service still gives that answer, so
     * clients that keep asking are never refused on a connection that was accepted. Returns at once.
     */
    public void leave() {
        lastAsked = System.nanoTime();
        leaving = true;
        listener.stopAccepting();
    }

    /**
     * After {@link #leave}: waits until no request has come for 200 ms.
     *
     * @param timeout longest wait
     */
    public void awaitQuiet(Duration timeout) throws InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < timeout.toNanos() && System.nanoTime() - lastAsked < QUIET.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(QUIET.toNanos() / 10);
        }
    }

    /**
     * Refuses new connections, and answers 503 to what still comes over the open ones.
     *
     * @return who stood behind the door until now, to be drained by the caller
     */
    public Admission stop() {
        leaving = true; // whoever keeps a connection open would only meet the same answer again
        listener.stopAccepting();
        return serve(STOPPING);
    }

    /** Closes all connections, whatever is in flight in them. */
    @Override
    public void close() {
        listener.close();
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        lastAsked = System.nanoTime();
        if (leaving) {
            exchange.setPersistent(false);
        }
        // Whoever is drained has a successor already: the second round meets it.
        while (!behind.get().admit(exchange)) {
            Thread.onSpinWait();
        }
    }
}

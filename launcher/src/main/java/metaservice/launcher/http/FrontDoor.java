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

    private FrontDoor(InetSocketAddress address, ClientTimeouts.Limits patience) throws IOException {
        this.listener = HttpListener.open("front-door", address, THREADS, patience, this::receive);
    }

    /**
     * Opens the door, with nobody behind it yet.
     *
     * @param maxBodyBytes longest body that a service reads; a client that sends 64 MiB more is cut off. That a body
     *     is too long is answered by the service
     * @throws IOException if the address cannot be bound
     */
    public static FrontDoor open(InetSocketAddress address, long maxBodyBytes) throws IOException {
        return open(address, ClientTimeouts.Limits.forBodiesUpTo(maxBodyBytes));
    }

    /** The same, with as much patience as a test has. */
    public static FrontDoor open(InetSocketAddress address, ClientTimeouts.Limits patience) throws IOException {
        return new FrontDoor(address, patience);
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
     * Refuses new connections, and lets each open one end with its next answer, which is still that of whoever stands
     * behind the door: clients that keep asking are never refused on a connection that they were given.
     *
     * @param longest longest wait until nobody asks any more
     */
    public void leave(Duration longest) throws InterruptedException {
        long begin = System.nanoTime();
        lastAsked = begin;
        leaving = true;
        listener.stopAccepting();
        while (System.nanoTime() - begin < longest.toNanos() && System.nanoTime() - lastAsked < QUIET.toNanos()) {
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

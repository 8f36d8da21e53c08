package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A handler and the number of its requests in flight. Thread-safe. Undertow's {@code GracefulShutdownHandler} is not
 * used because it answers 503 while it drains; here the caller passes the request on to the next handler.
 *
 * <pre>admitting → draining (final)</pre>
 */
public final class Admission {

    private final HttpHandler handler;
    private final InFlight inFlight = new InFlight();

    public Admission(HttpHandler handler) {
        this.handler = handler;
    }

    /**
     * Calls the handler, and counts the request until it is answered.
     *
     * @return false if draining: the handler was not called then
     */
    public boolean admit(HttpServerExchange exchange) throws Exception {
        InFlight counter = inFlight;
        if (!counter.enter()) {
            return false;
        }
        // Captures the counter only: an idle connection keeps its last exchange, and with it this listener, reachable.
        // The
        // handler would keep the class loader of a closed service reachable.
        exchange.addExchangeCompleteListener((answered, next) -> {
            counter.exit();
            next.proceed();
        });
        handler.handleRequest(exchange);
        return true;
    }

    /**
     * Admits no more requests and waits for those in flight.
     *
     * @param timeout longest wait; zero does not wait
     * @return number of requests in flight when the wait ended
     */
    public long drain(Duration timeout) throws InterruptedException {
        return inFlight.drain(timeout);
    }

    /** Counts requests, and stops admitting them, in one atomic step. */
    private static final class InFlight {

        /** This bit is set while draining; the lower bits count the requests in flight. */
        private static final long DRAINING = 1L << 62;

        private final AtomicLong state = new AtomicLong();
        private final CountDownLatch empty = new CountDownLatch(1);

        boolean enter() {
            return !isDraining(state.getAndUpdate(value -> isDraining(value) ? value : value + 1));
        }

        void exit() {
            if (state.decrementAndGet() == DRAINING) {
                empty.countDown();
            }
        }

        long drain(Duration timeout) throws InterruptedException {
            if (state.getAndUpdate(value -> value | DRAINING) == 0) {
                empty.countDown();
            }
            boolean drained = empty.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return drained ? 0 : state.get() & ~DRAINING;
        }

        private static boolean isDraining(long state) {
            return (state & DRAINING) != 0;
        }
    }
}

package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A handler and the requests in flight in it. Thread-safe.
 *
 * <pre>admitting → draining, for good</pre>
 */
public final class Admission {

    private final HttpHandler inside;
    private final InFlight inFlight = new InFlight();

    public Admission(HttpHandler inside) {
        this.inside = inside;
    }

    /**
     * Passes a request on, and counts it until it is answered.
     *
     * @return false if draining; nothing was done then
     */
    public boolean admit(HttpServerExchange exchange) throws Exception {
        InFlight counter = inFlight;
        if (!counter.enter()) {
            return false;
        }
        // Idle connections remember their last exchange: this must not remember the handler, nor its class loader.
        exchange.addExchangeCompleteListener((answered, next) -> {
            counter.leave();
            next.proceed();
        });
        inside.handleRequest(exchange);
        return true;
    }

    /**
     * Admits no more requests and waits for those in flight.
     *
     * @param timeout longest wait; zero does not wait
     * @return how many were still in flight when the wait ended
     */
    public long drain(Duration timeout) throws InterruptedException {
        return inFlight.drain(timeout);
    }

    /** Counts, and tells whether it still does, in one atomic step. */
    private static final class InFlight {

        /** Set once draining; the bits below it count the requests in flight. */
        private static final long DRAINING = 1L << 62;

        private final AtomicLong state = new AtomicLong();
        private final CountDownLatch empty = new CountDownLatch(1);

        boolean enter() {
            return !isDraining(state.getAndUpdate(now -> isDraining(now) ? now : now + 1));
        }

        void leave() {
            if (state.decrementAndGet() == DRAINING) {
                empty.countDown();
            }
        }

        long drain(Duration timeout) throws InterruptedException {
            if (state.getAndUpdate(now -> now | DRAINING) == 0) {
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

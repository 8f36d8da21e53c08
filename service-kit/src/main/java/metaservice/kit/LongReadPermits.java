package metaservice.kit;

import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many reads may hold a connection for a long time: statements whose run time depends on the client's input,
 * and lists that are sent while they are read, at the client's speed. There are half as many permits as the pool has
 * connections, at least one, so that the other half stays free for all other requests. Thread-safe.
 */
public final class LongReadPermits {

    /** Most requests that wait for a permit. Each occupies a worker thread, which other requests need. */
    private static final int MAX_WAITING = 8;

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    /** All permits are in use, and waiting did not help. A later attempt can succeed. */
    static final class TooManyLongReadsException extends SQLTransientException {

        private static final long serialVersionUID = 1L;

        TooManyLongReadsException() {
            super("too many long lists and slow queries at once");
        }
    }

    private final Semaphore permits;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    LongReadPermits(int poolMax) {
        this.permits = new Semaphore(Math.max(1, poolMax / 2), true);
    }

    /** Takes a permit if one is free and no request waits for one. Does not wait. */
    boolean tryAcquire() throws InterruptedException {
        return permits.tryAcquire(0, TimeUnit.SECONDS);
    }

    /**
     * Takes a permit; waits up to five seconds for it. The caller must not hold a connection, because a connection that
     * waits here is missing for other requests.
     *
     * @throws TooManyLongReadsException if no permit becomes free, or eight requests wait already; answered as 503
     */
    void acquire() throws TooManyLongReadsException, InterruptedException {
        if (!tryAcquire() && !tryAcquireInTime()) {
            throw new TooManyLongReadsException();
        }
    }

    private boolean tryAcquireInTime() throws InterruptedException {
        if (!waiting.tryAcquire()) {
            return false;
        }
        try {
            return permits.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            waiting.release();
        }
    }

    /** Returns a permit. */
    void release() {
        permits.release();
    }
}

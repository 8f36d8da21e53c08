package metaservice.kit;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Permits for whatever may hold a connection of the pool for long: statements that a client can make slow, and lists that
 * are sent while they are read, at the client's pace. There are half as many as the pool has connections, at least one,
 * so that the other half stays free for everything else. Thread-safe.
 */
public final class SlowPermits {

    /** Each waits on a worker thread that other requests need. */
    private static final int MOST_WAITING = 8;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Semaphore permits;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    SlowPermits(int poolMax) {
        this.permits = new Semaphore(Math.max(1, poolMax / 2), true);
    }

    /** Takes a permit if one is free and no request waits for it; does not wait. */
    boolean tryAcquire() throws InterruptedException {
        return permits.tryAcquire(0, TimeUnit.SECONDS);
    }

    /**
     * Takes a permit; waits up to five seconds for it. To be called without a connection, because the requests that hold
     * the permits need none of those, but all other requests do.
     *
     * @throws SQLTransientConnectionException if no permit became free, or eight requests wait already; answered with 503
     */
    void acquire() throws SQLTransientConnectionException, InterruptedException {
        if (!tryAcquire() && !tryAcquireInTime()) {
            throw new SQLTransientConnectionException(
                    "as many slow statements and streamed lists as may hold a connection at once hold one");
        }
    }

    private boolean tryAcquireInTime() throws InterruptedException {
        if (!waiting.tryAcquire()) {
            return false;
        }
        try {
            return permits.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            waiting.release();
        }
    }

    void release() {
        permits.release();
    }
}

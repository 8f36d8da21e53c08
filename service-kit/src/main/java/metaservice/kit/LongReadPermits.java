package metaservice.kit;

import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> queue = new ArrayDeque<>();
    private int free;

    LongReadPermits(int poolMax) {
        this.free = Math.max(1, poolMax / 2);
    }

    /** A request in the queue. */
    private static final class Waiter {

        private final Condition passed;
        private boolean hasPermit;

        Waiter(Condition passed) {
            this.passed = passed;
        }
    }

    /** Takes a permit if one is free; none is free while a request waits. Does not wait. */
    boolean tryAcquire() {
        lock.lock();
        try {
            return takeFree();
        } finally {
            lock.unlock();
        }
    }

    private boolean takeFree() {
        if (free == 0) {
            return false;
        }
        free--;
        return true;
    }

    /**
     * Takes a permit; waits up to five seconds for it. The caller must not hold a connection, because a connection that
     * waits here is missing for other requests.
     *
     * @throws TooManyLongReadsException if no permit becomes free, or eight requests wait already; answered as 503
     */
    void acquire() throws TooManyLongReadsException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!takeFree() && !await()) {
                throw new TooManyLongReadsException();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean await() throws InterruptedException {
        if (queue.size() >= MAX_WAITING) {
            return false;
        }
        Waiter waiter = new Waiter(lock.newCondition());
        queue.add(waiter);
        try {
            long left = MAX_WAIT.toNanos();
            while (!waiter.hasPermit && left > 0) {
                left = waiter.passed.awaitNanos(left);
            }
            return waiter.hasPermit;
        } catch (InterruptedException e) {
            if (waiter.hasPermit) {
                passOn();
            }
            throw e;
        } finally {
            queue.remove(waiter);
        }
    }

    /** Returns a permit. */
    void release() {
        lock.lock();
        try {
            passOn();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a permit to the request that has waited longest. That request leaves the queue here and not when its thread runs:
     * on a busy machine the thread runs much later, and until then its place would be missing for the next request.
     */
    private void passOn() {
        Waiter first = queue.poll();
        if (first == null) {
            free++;
        } else {
            first.hasPermit = true;
            first.passed.signal();
        }
    }

    /** The number of requests that wait. */
    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}

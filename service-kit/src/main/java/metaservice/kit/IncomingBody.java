package metaservice.kit;

import java.time.Duration;
import metaservice.spi.MemoryBudget;

/**
 * Measures how fast one request body arrives, and refuses it if that is too slow while other bodies need memory.
 * Thread-safe: the I/O thread that reads the body reports its length, and any thread may need memory.
 */
final class IncomingBody implements MemoryBudget.Holder {

    /** Lowest rate in bytes per second while other bodies need memory. */
    static final int LOWEST_RATE = 64 * 1024;

    /** Shortest time over which the rate is measured. */
    static final Duration SHORTEST_TIME = Duration.ofSeconds(2);

    private final Runnable refuse;
    private volatile int length;
    private int lengthAtLastCheck;
    private long lastCheck;

    /**
     * A body of length 0.
     *
     * @param now the value of {@link System#nanoTime()}
     * @param refuse ends reading early; called on any thread
     */
    IncomingBody(long now, Runnable refuse) {
        this.lastCheck = now;
        this.refuse = refuse;
    }

    void grewTo(int bytes) {
        length = bytes;
    }

    /** Refuses the body if it holds a part of the budget and arrived too slowly since the last call. */
    @Override
    public void memoryIsShort(long now) {
        if (BodyBudget.counted(length) > 0 && isSlow(now)) {
            refuse.run();
        }
    }

    /** Whether the rate since the last check was too low; false if less than two seconds have passed since then. */
    private synchronized boolean isSlow(long now) {
        long nanos = now - lastCheck;
        if (nanos < SHORTEST_TIME.toNanos()) {
            return false;
        }
        int bytes = length;
        boolean slow = bytes - lengthAtLastCheck < nanos / 1e9 * LOWEST_RATE;
        lengthAtLastCheck = bytes;
        lastCheck = now;
        return slow;
    }
}

package metaservice.kit;

import java.time.Duration;

/**
 * How fast one body comes. Its length is told by the I/O thread that reads it; everything else is asked under the lock
 * of {@link BodyBudget}.
 */
final class IncomingBody {

    /** Fewer bytes in a second are too few while memory is short. */
    static final int LOWEST_RATE = 64 * 1024;

    /** A shorter time says nothing about a rate. */
    static final Duration SHORTEST_TIME = Duration.ofSeconds(2);

    private final Runnable refuse;
    private volatile int length;
    private int lengthThen;
    private long then;

    /**
     * A body of which nothing has been counted yet.
     *
     * @param now as {@link System#nanoTime()} counts
     * @param refuse ends the body early; called on any thread, once or not at all
     */
    IncomingBody(long now, Runnable refuse) {
        this.then = now;
        this.refuse = refuse;
    }

    void grewTo(int bytes) {
        length = bytes;
    }

    int length() {
        return length;
    }

    /** Whether it came too slowly since this was asked last; false if that was a moment ago. */
    boolean isSlow(long now) {
        long nanos = now - then;
        if (nanos < SHORTEST_TIME.toNanos()) {
            return false;
        }
        int bytes = length;
        boolean slow = bytes - lengthThen < nanos / 1e9 * LOWEST_RATE;
        lengthThen = bytes;
        then = now;
        return slow;
    }

    void refuse() {
        refuse.run();
    }
}

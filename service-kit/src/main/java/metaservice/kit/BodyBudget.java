package metaservice.kit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies may be in memory at once. Without it, a hundred clients with a large body each would
 * end the process. Thread-safe.
 */
final class BodyBudget {

    /** A body as a tree takes up to two dozen times its length. */
    private static final long SHARE_OF_MEMORY = 32;

    private final AtomicLong left;

    BodyBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** A share of the memory that this JVM may use, and enough for one body of the greatest length among short ones. */
    static BodyBudget of(int maxBodyBytes) {
        return new BodyBudget(
                Math.max(maxBodyBytes * 5L / 4, Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY));
    }

    /** Takes some, if that many are left; false, and nothing is taken, if not. */
    boolean take(long bytes) {
        long before = left.getAndUpdate(now -> now >= bytes ? now - bytes : now);
        return before >= bytes;
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }
}

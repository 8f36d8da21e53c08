package metaservice.kit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies may be in memory at once. Without it, a hundred clients with a large body each would
 * end the process. When too little is left for a body, those that still come, hold a part of the budget and come too
 * slowly are refused: their clients would keep the memory from all others for as long as a body may take. Thread-safe.
 */
final class BodyBudget {

    /** A body as a tree takes up to two dozen times its length. */
    private static final long SHARE_OF_MEMORY = 32;

    /** Not counted of each body: a few long ones that do not come to their end shall not keep everybody from writing. */
    private static final int FREE = 16 * 1024;

    private final AtomicLong left;
    private final Set<IncomingBody> incoming = new HashSet<>();

    BodyBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** A share of the memory that this JVM may use, and enough for one body of the greatest length among short ones. */
    static BodyBudget of(int maxBodyBytes) {
        return new BodyBudget(
                Math.max(maxBodyBytes * 5L / 4, Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY));
    }

    /**
     * Lets a body grow, if enough is left; false, and nothing is taken, if not.
     *
     * @param length how long it is already
     * @param more how many bytes come to it
     */
    boolean take(int length, int more) {
        long bytes = counted(length + more) - counted(length);
        long before = left.getAndUpdate(now -> now >= bytes ? now - bytes : now);
        return before >= bytes;
    }

    /** From now on the body may be refused if it comes too slowly. */
    synchronized void watch(IncomingBody body) {
        incoming.add(body);
    }

    /** All of the body has come, or no more will. */
    synchronized void forget(IncomingBody body) {
        incoming.remove(body);
    }

    /**
     * Refuses the bodies that hold a part of the budget and came too slowly since this was called last; to be called
     * when a body could not grow.
     *
     * @param now as {@link System#nanoTime()} counts
     */
    void refuseSlowBodies(long now) {
        slowBodies(now).forEach(IncomingBody::refuse);
    }

    private synchronized List<IncomingBody> slowBodies(long now) {
        return incoming.stream()
                .filter(body -> counted(body.length()) > 0 && body.isSlow(now))
                .toList();
    }

    /** Gives back what a body of this length had taken. */
    void giveBack(int length) {
        left.addAndGet(counted(length));
    }

    private static long counted(int length) {
        return Math.max(0, length - FREE);
    }
}

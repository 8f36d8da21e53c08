package metaservice.kit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how many bytes of request bodies are in memory at once, because a hundred large bodies would otherwise exhaust
 * the heap. When the budget is too small for a body, incoming bodies that hold a part of the budget and arrive too slowly
 * are refused, because they would otherwise hold that memory until the body timeout. Thread-safe.
 */
final class BodyBudget {

    /** The budget is the heap divided by this, because a parsed body takes up to 24 times its length. */
    private static final long SHARE_OF_MEMORY = 32;

    /** Bytes of each body that are not counted, so that short bodies are accepted while long ones hold the budget. */
    private static final int FREE = 16 * 1024;

    private final AtomicLong left;
    private final Set<IncomingBody> incoming = new HashSet<>();

    BodyBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** A budget of 1/32 of the maximum heap, but at least 1.25 times the longest accepted body. */
    static BodyBudget of(int maxBodyBytes) {
        return new BodyBudget(
                Math.max(maxBodyBytes * 5L / 4, Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY));
    }

    /**
     * Takes bytes for a body from the budget. Returns false, and takes nothing, if too few are left.
     *
     * @param length bytes of the body so far
     * @param more bytes to add
     */
    boolean take(int length, int more) {
        long bytes = counted(length + more) - counted(length);
        long before = left.getAndUpdate(now -> now >= bytes ? now - bytes : now);
        return before >= bytes;
    }

    /** Makes the body a candidate for {@link #refuseSlowBodies}. */
    synchronized void watch(IncomingBody body) {
        incoming.add(body);
    }

    /** Removes a body that was read completely or will not be read further. */
    synchronized void forget(IncomingBody body) {
        incoming.remove(body);
    }

    /**
     * Refuses the bodies that hold a part of the budget and arrived too slowly since the last call. Called when
     * {@link #take} returned false.
     *
     * @param now the value of {@link System#nanoTime()}
     */
    void refuseSlowBodies(long now) {
        slowBodies(now).forEach(IncomingBody::refuse);
    }

    private synchronized List<IncomingBody> slowBodies(long now) {
        return incoming.stream()
                .filter(body -> counted(body.length()) > 0 && body.isSlow(now))
                .toList();
    }

    /** Returns to the budget what a body of this length has taken. */
    void giveBack(int length) {
        left.addAndGet(counted(length));
    }

    private static long counted(int length) {
        return Math.max(0, length - FREE);
    }
}

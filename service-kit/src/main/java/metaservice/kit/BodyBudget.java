package metaservice.kit;

import metaservice.spi.MemoryBudget;

/**
 * Limits how many bytes of request bodies are in memory at once, because a hundred large bodies would otherwise exhaust
 * the heap. When the budget is too small for a body, incoming bodies that hold a part of the budget and arrive too slowly
 * are refused, because they would otherwise hold that memory until the body timeout. Thread-safe.
 */
final class BodyBudget {

    /** Bytes of each body that are not counted, so that short bodies are accepted while long ones hold the budget. */
    static final int FREE = 16 * 1024;

    private final MemoryBudget memory;

    BodyBudget(MemoryBudget memory) {
        this.memory = memory;
    }

    /**
     * Takes bytes for a body from the budget. Returns false, and takes nothing, if too few are left.
     *
     * @param length bytes of the body so far
     * @param more bytes to add
     */
    boolean take(int length, int more) {
        return memory.take(counted(length + more) - counted(length));
    }

    /** Makes the body a candidate for {@link #refuseSlowBodies}. */
    void watch(IncomingBody body) {
        memory.watch(body);
    }

    /** Removes a body that was read completely or will not be read further. */
    void unwatch(IncomingBody body) {
        memory.unwatch(body);
    }

    /**
     * Refuses the bodies, of this service and of others, that hold a part of the budget and arrived too slowly since the
     * last call. Called when {@link #take} returned false.
     *
     * @param now the value of {@link System#nanoTime()}
     */
    void refuseSlowBodies(long now) {
        memory.notifyHolders(now);
    }

    /** Returns to the budget what a body of this length has taken. */
    void giveBack(int length) {
        memory.giveBack(counted(length));
    }

    static long counted(int length) {
        return Math.max(0, length - FREE);
    }
}

package metaservice.spi;

import io.undertow.server.HttpServerExchange;

/**
 * A part of the heap that the requests of all services of the process share. The two services of a swap together have no
 * more of it than one service has otherwise. The launcher implements it. Thread-safe.
 */
public interface MemoryBudget {

    /** Its size in bytes. A request that needs more can never take what it needs. */
    long bytes();

    /**
     * Takes bytes without waiting.
     *
     * @return false, and nothing is taken, if too few are left
     */
    boolean take(long bytes);

    /**
     * Takes bytes and waits for them; the requests that wait are served in their order. Must not be called on an I/O thread
     * nor while a database connection is held.
     *
     * @return false, and nothing is taken, if they do not become free within seconds, or too many requests wait already
     */
    boolean await(long bytes) throws InterruptedException;

    /** Returns bytes that were taken. */
    void giveBack(long bytes);

    /**
     * Returns bytes when the exchange is complete. A listener of the service's own would keep its class loader in memory,
     * because an idle connection keeps its last exchange.
     */
    void giveBackAfter(HttpServerExchange exchange, long bytes);

    /** Something that holds a part of the budget and may have to return it early. */
    interface Holder {
        /**
         * Another request needs memory. Called on any thread, also on one of another service.
         *
         * @param now the value of {@link System#nanoTime()}
         */
        void memoryIsShort(long now);
    }

    /** From now on {@link #notifyHolders} calls this holder, until {@link #unwatch}. */
    void watch(Holder holder);

    /** From now on the holder is not called. */
    void unwatch(Holder holder);

    /** Calls all holders, those of other services included, because memory is short. */
    void notifyHolders(long now);
}

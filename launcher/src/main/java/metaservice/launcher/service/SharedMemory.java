package metaservice.launcher.service;

import metaservice.spi.MemoryBudget;
import metaservice.spi.RequestMemory;

/**
 * The shares of the heap for the requests of all services. The rest, more than a quarter, is for the two services of a
 * swap themselves and for the lists that they read. Thread-safe.
 *
 * @param longestBody longest body in bytes that this heap can process; a longer one is refused
 */
public record SharedMemory(MemoryBudget bodies, MemoryBudget parsing, MemoryBudget answers, long longestBody)
        implements RequestMemory {

    /** The memory of this process. There is one, because there is one heap. */
    public static final SharedMemory OF_PROCESS = ofHeap(Runtime.getRuntime().maxMemory());

    /** One body of the longest length leaves room for shorter ones. */
    private static final int BODIES = 12;

    private static final int LONGEST_BODY = 15;

    private static final int PARSING = 2;

    private static final int ANSWERS = 8;

    /**
     * The shares of a heap.
     *
     * @param bytes its maximum size
     */
    static SharedMemory ofHeap(long bytes) {
        return new SharedMemory(
                new SharedBudget(bytes / BODIES),
                new SharedBudget(bytes / PARSING),
                new SharedBudget(bytes / ANSWERS),
                bytes / LONGEST_BODY);
    }
}

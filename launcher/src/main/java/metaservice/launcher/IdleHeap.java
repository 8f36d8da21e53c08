package metaservice.launcher;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Returns memory to the system after a burst of large requests: a heap that has grown and has not been collected for half a
 * minute is collected, after which the virtual machine makes it smaller. Under load the heap is collected more often, so
 * that this never happens then. One thread, {@code idle-heap}.
 */
final class IdleHeap implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    /** More than a heap needs that serves small requests. */
    private static final long LARGE_BYTES = 96L << 20;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "idle-heap");

    private IdleHeap() {}

    /** Starts the thread. */
    static IdleHeap watch() {
        IdleHeap heap = new IdleHeap();
        heap.thread.setDaemon(true);
        heap.thread.start();
        return heap;
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed.countDown();
    }

    /**
     * The heap at one time.
     *
     * @param collections the number of collections of any kind since the start
     * @param committedBytes the memory that the system has given to it
     */
    record Sample(long collections, long committedBytes) {

        static Sample now() {
            long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
            return new Sample(
                    collections,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted());
        }

        /**
         * Whether to collect the heap now.
         *
         * @param before the sample of half a minute ago
         * @param collected the number of collections after the last one of this class
         */
        boolean isToBeCollected(Sample before, long collected) {
            return committedBytes > LARGE_BYTES && collections == before.collections && collections != collected;
        }
    }

    private void run() {
        try {
            Sample before = Sample.now();
            long collected = -1;
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                Sample now = Sample.now();
                if (now.isToBeCollected(before, collected)) {
                    System.gc();
                    now = Sample.now();
                    collected = now.collections();
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

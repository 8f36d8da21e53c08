package metaservice.conformance;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs tasks that each start a launcher on a fixed number of threads, in the order of {@link #add}. {@link #close} drops
 * the waiting tasks, interrupts the running ones and waits for their end.
 */
final class Workers<K, V> implements AutoCloseable {

    private static final long TIMEOUT_MINUTES = 10;

    private final ExecutorService threads;
    private final Map<K, Future<V>> results = new HashMap<>();

    /** @param count number of threads */
    Workers(int count) {
        threads = Executors.newFixedThreadPool(count);
    }

    /** Queues a task. */
    void add(K key, Callable<V> work) {
        results.put(key, threads.submit(work));
    }

    /** The result of a task; waits for its end. */
    V resultOf(K key) throws InterruptedException, ExecutionException, TimeoutException {
        return results.get(key).get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
    }

    /** @throws IllegalStateException if a running task does not end within 10 minutes */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("a task is still running after " + TIMEOUT_MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

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
 * Does work of which each piece starts a launcher, two pieces at once, in the order in which they were given; more would
 * only fight for the processors. Closing waits for what has begun.
 */
final class TwoAtOnce<K, V> implements AutoCloseable {

    private static final long PATIENCE_MINUTES = 10;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final Map<K, Future<V>> results = new HashMap<>();

    /** Has a piece of work done. */
    void add(K key, Callable<V> work) {
        results.put(key, workers.submit(work));
    }

    /** What came of a piece of work, once it is done. */
    V resultOf(K key) throws InterruptedException, ExecutionException, TimeoutException {
        return results.get(key).get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }

    /** @throws IllegalStateException if what has begun does not end */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("work goes on after " + PATIENCE_MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package metaservice.launcher.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that run the requests of one service. There are as many regular ones as the service has database connections:
 * more would only wait for each other's connections, which costs a third more processor time when many clients send requests.
 * If a task has been waiting for {@link #STUCK_AFTER}, too many regular threads wait for something else: for long statements,
 * slow clients or credentials. Then spare threads run the waiting tasks.
 *
 * <p>The threads end with the service, because libraries keep values in thread-locals. Thread-safe.
 */
final class Workers implements AutoCloseable {

    /** Longest wait of a task for a thread before spare threads are used. */
    static final Duration STUCK_AFTER = Duration.ofMillis(200);

    private static final Duration CHECK_INTERVAL = STUCK_AFTER.dividedBy(2);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private final ThreadPoolExecutor regular;
    private final ThreadPoolExecutor spare;
    private final Thread watch;
    private volatile boolean watching;

    /** A task and the time when it was submitted, as of {@link System#nanoTime}. */
    private record Task(Runnable work, long submitted) implements Runnable {
        @Override
        public void run() {
            work.run();
        }
    }

    /**
     * Creates the threads when they are needed.
     *
     * @param name prefix of the threads' names
     * @param loader context class loader of the threads
     * @param regularThreads 1 or more
     * @param spareThreads 1 or more
     */
    Workers(String name, ClassLoader loader, int regularThreads, int spareThreads) {
        ThreadFactory threads = threads(name + " task-", loader);
        regular = new ThreadPoolExecutor(
                regularThreads, regularThreads, IDLE_TIMEOUT.toSeconds(), TimeUnit.SECONDS, waiting, threads);
        regular.allowCoreThreadTimeOut(true);
        // If all spare threads are busy, the next check finds out whether that is still so.
        spare = new ThreadPoolExecutor(
                0,
                spareThreads,
                IDLE_TIMEOUT.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads,
                new ThreadPoolExecutor.DiscardPolicy());
        watch = new Thread(this::watch, name + " worker-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static ThreadFactory threads(String prefix, ClassLoader loader) {
        AtomicInteger created = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + created.incrementAndGet());
            // Any thread may create it when it submits a task.
            thread.setContextClassLoader(loader);
            return thread;
        };
    }

    /**
     * Runs a task as soon as a thread is free.
     *
     * @throws RejectedExecutionException after {@link #close} has begun
     */
    void execute(Runnable task) {
        regular.execute(new Task(task, System.nanoTime()));
        if (!watching && !waiting.isEmpty()) {
            LockSupport.unpark(watch);
        }
    }

    /** Looks at the queue as long as tasks wait; otherwise it waits for the next task that does not start at once. */
    private void watch() {
        while (!regular.isShutdown()) {
            watching = false;
            if (waiting.isEmpty() && !regular.isShutdown()) {
                LockSupport.park(this);
            }
            watching = true;
            LockSupport.parkNanos(CHECK_INTERVAL.toNanos());
            if (waiting.peek() instanceof Task first && System.nanoTime() - first.submitted > STUCK_AFTER.toNanos()) {
                for (int i = Math.min(waiting.size(), spare.getMaximumPoolSize()); i > 0; i--) {
                    spare.execute(this::runWaiting);
                }
            }
        }
    }

    private void runWaiting() {
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            task.run();
        }
    }

    /**
     * Accepts no more tasks and waits for those that were accepted. Interrupts only threads that still run after five
     * seconds: a thread that has sent its answer may still be preparing the connection for the next request, and an interrupt
     * would close that connection.
     *
     * @throws UnfinishedException if threads still run after that
     */
    @Override
    public void close() throws UnfinishedException {
        regular.shutdown();
        spare.shutdown();
        LockSupport.unpark(watch);
        try {
            for (ThreadPoolExecutor pool : List.of(regular, spare)) {
                if (!pool.awaitTermination(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new UnfinishedException();
                }
            }
            watch.join(END_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            regular.shutdownNow();
            spare.shutdownNow();
        }
    }

    /** Threads did not end in time; they have been interrupted. */
    static final class UnfinishedException extends Exception {

        private static final long serialVersionUID = 1L;

        private UnfinishedException() {
            super("threads still run after " + END_TIMEOUT.toSeconds() + " s");
        }
    }
}

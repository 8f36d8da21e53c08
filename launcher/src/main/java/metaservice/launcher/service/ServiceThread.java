package metaservice.launcher.service;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One thread for calls into a service, each with a deadline. Libraries keep things in thread-locals; on a thread of the
 * launcher these would outlive the service, and keep its classes alive. This thread ends with {@link #close}. It is a
 * daemon, because a call that does not react to an interrupt cannot be ended, and must not keep the process alive.
 * Thread-safe; calls run one after the other.
 */
final class ServiceThread implements AutoCloseable {

    private static final Duration THREAD_END = Duration.ofSeconds(1);

    private final ThreadPoolExecutor thread;
    private volatile Optional<Call<?>> overdue = Optional.empty();

    /**
     * Starts the thread at once, so that later calls need no new one.
     *
     * @param name of the thread
     * @param loader its context class loader
     */
    ServiceThread(String name, ClassLoader loader) {
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, name);
            made.setContextClassLoader(loader);
            made.setDaemon(true);
            return made;
        });
        thread.prestartCoreThread();
    }

    /**
     * Calls and waits for the end of the call. An interrupt of the waiting thread is passed on to the call, which is
     * waited for all the same. At the deadline the call is interrupted and no longer waited for.
     *
     * @param late called on this thread when a call ends after its deadline, with its result, or with nothing if it
     *     failed or never began
     * @throws TimeoutException if the call does not end by its deadline, or an earlier one that missed its deadline
     *     still runs; the message is the predicate of a sentence
     */
    <T, E extends Exception> T call(Duration deadline, ContextLoader.Task<T, E> task, Consumer<Optional<T>> late)
            throws E, TimeoutException {
        if (isStuck()) {
            throw new TimeoutException("waits for an earlier one that took too long and has not ended yet");
        }
        Call<T> call = new Call<>(task, late);
        thread.execute(call);
        if (call.endsWithin(deadline) || !call.cancel(true)) {
            return result(call);
        }
        overdue = Optional.of(call);
        throw new TimeoutException("took longer than " + deadline.toSeconds() + " s");
    }

    /** Whether a call that missed its deadline still runs. */
    boolean isStuck() {
        return overdue.map(call -> !call.hasEnded()).orElse(false);
    }

    /** Ends the thread; one that is stuck is interrupted and not waited for. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (isStuck() || !thread.awaitTermination(THREAD_END.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    // The task throws E and what is unchecked, and nothing else.
    @SuppressWarnings("unchecked")
    private static <T, E extends Exception> T result(Call<T> call) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            return call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (E) e.getCause();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the call has ended, so there was nothing to wait for", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A call that is either waited for to its end, or cancelled at its deadline: never both. */
    private static final class Call<T> extends FutureTask<T> {

        private final Consumer<Optional<T>> late;
        private final CountDownLatch ended = new CountDownLatch(1);
        /** What came too late; written and read by the calling thread only. */
        private Optional<T> lateResult = Optional.empty();

        private Optional<Thread> runner = Optional.empty();

        Call(ContextLoader.Task<T, ?> task, Consumer<Optional<T>> late) {
            super(task::run);
            this.late = late;
        }

        @Override
        public void run() {
            runsOn(Optional.of(Thread.currentThread()));
            try {
                super.run();
            } finally {
                runsOn(Optional.empty());
                try {
                    if (isCancelled()) {
                        Thread.interrupted(); // meant for the call, not for what undoes it
                        late.accept(lateResult);
                    }
                } finally {
                    ended.countDown();
                }
            }
        }

        @Override
        protected void set(T result) {
            super.set(result);
            if (isCancelled()) {
                lateResult = Optional.ofNullable(result);
            }
        }

        boolean hasEnded() {
            return ended.getCount() == 0;
        }

        boolean endsWithin(Duration deadline) {
            long end = System.nanoTime() + deadline.toNanos();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return ended.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                        interruptRunner();
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private synchronized void runsOn(Optional<Thread> thread) {
            runner = thread;
        }

        private synchronized void interruptRunner() {
            runner.ifPresent(Thread::interrupt);
        }
    }
}

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
 * One thread for calls into a service, each with a deadline. Calls run here and not on threads of the launcher, because
 * values that libraries keep in thread-locals would outlive the service there and keep its classes reachable. The
 * thread ends with {@link #close}. It is a daemon thread: a call that ignores interrupts cannot be ended and must not
 * prevent the end of the process. Thread-safe; calls run one after the other.
 */
final class ServiceThread implements AutoCloseable {

    private static final Duration THREAD_END_TIMEOUT = Duration.ofSeconds(1);

    private final ThreadPoolExecutor thread;
    private volatile Optional<Call<?>> overdue = Optional.empty();

    /**
     * Starts the thread, so that later calls do not depend on creating one.
     *
     * @param name name of the thread
     * @param loader its context class loader
     */
    ServiceThread(String name, ClassLoader loader) {
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread created = new Thread(task, name);
            created.setContextClassLoader(loader);
            created.setDaemon(true);
            return created;
        });
        thread.prestartCoreThread();
    }

    /**
     * Makes a call and waits for its end. An interrupt of the waiting thread interrupts the call; the wait continues.
     * At the deadline the call is interrupted and the wait ends.
     *
     * @param late runs on this thread when a call ends after its deadline, with its result, or with nothing if it
     *     failed or was not started
     * @throws TimeoutException if the call does not end by its deadline, or an earlier call that missed its deadline
     *     still runs; the message completes a sentence that begins with the name of the call
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

    /** Ends the thread; a stuck thread is interrupted, without a wait for its end. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (isStuck() || !thread.awaitTermination(THREAD_END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    // The task throws E or unchecked exceptions only.
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
            throw new IllegalStateException("interrupted although the call had ended", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A call that either ends by its deadline or is cancelled, never both. */
    private static final class Call<T> extends FutureTask<T> {

        private final Consumer<Optional<T>> late;
        private final CountDownLatch ended = new CountDownLatch(1);
        /** The result of a call that ended after its deadline; used by the thread that runs the call only. */
        private Optional<T> lateResult = Optional.empty();

        private Optional<Thread> runner = Optional.empty();

        Call(ContextLoader.Task<T, ?> task, Consumer<Optional<T>> late) {
            super(task::run);
            this.late = late;
        }

        @Override
        public void run() {
            setRunner(Optional.of(Thread.currentThread()));
            try {
                super.run();
            } finally {
                setRunner(Optional.empty());
                try {
                    if (isCancelled()) {
                        Thread.interrupted(); // clears the interrupt of the call, so that it does not reach the
                        // clean-up
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

        private synchronized void setRunner(Optional<Thread> thread) {
            runner = thread;
        }

        private synchronized void interruptRunner() {
            runner.ifPresent(Thread::interrupt);
        }
    }
}

package metaservice.launcher;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The request to stop the launcher, by SIGTERM, SIGINT or a test. Thread-safe. */
public final class StopSignal {

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Requests the stop; returns at once. */
    public void request() {
        requested.countDown();
    }

    /** Waits for the request. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /** Waits for the request, for at most the given time; returns whether there was one. */
    public boolean await(Duration timeout) throws InterruptedException {
        return requested.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reports that everything is stopped, so that the process may end. */
    void stopped() {
        stopped.countDown();
    }

    /**
     * Installs a shutdown hook that requests the stop, waits until everything is stopped, and ends the process with
     * exit code 0. Without it the exit code of the virtual machine would report the signal.
     *
     * @param timeout longest wait; the exit code is 1 after that
     */
    void onProcessEnd(Duration timeout) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endProcess(timeout), "stop-signal"));
    }

    private void endProcess(Duration timeout) {
        if (stopped.getCount() == 0) {
            return; // everything is stopped: the process ends with the exit code of main
        }
        request();
        ExitCode exitCode = awaitStopped(timeout) ? ExitCode.DONE : ExitCode.FAILED;
        Runtime.getRuntime().halt(exitCode.number());
    }

    private boolean awaitStopped(Duration timeout) {
        try {
            return stopped.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

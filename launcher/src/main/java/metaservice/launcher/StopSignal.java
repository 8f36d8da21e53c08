package metaservice.launcher;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Somebody wants the launcher to stop: SIGTERM, SIGINT, or a test. Thread-safe. */
public final class StopSignal {

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Asks for it; returns at once. */
    public void request() {
        requested.countDown();
    }

    /** Waits until somebody asks for it. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /** Waits for a while, or until somebody asks for it; true if somebody did. */
    public boolean await(Duration pause) throws InterruptedException {
        return requested.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tells whoever asked that everything is stopped. */
    void stopped() {
        stopped.countDown();
    }

    /**
     * Makes the process's end wait until everything is stopped, and then end it with 0, as one that did what it was
     * told: by itself the virtual machine would report the signal.
     *
     * @param patience longest time to stop in
     */
    void onProcessEnd(Duration patience) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endProcess(patience), "stop-signal"));
    }

    private void endProcess(Duration patience) {
        if (stopped.getCount() == 0) {
            return; // the process ends by itself, with an exit code of its own
        }
        request();
        ExitCode exitCode = stopsWithin(patience) ? ExitCode.DONE : ExitCode.FAILED;
        Runtime.getRuntime().halt(exitCode.number());
    }

    private boolean stopsWithin(Duration patience) {
        try {
            return stopped.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

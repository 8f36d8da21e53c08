package metaservice.launcher.swap;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread. Several signals before the wait count as one. Thread-safe. */
public final class Wakeup {

    private final Semaphore signals = new Semaphore(0);

    /** Wakes the thread. Returns at once. */
    public void signal() {
        signals.release();
    }

    /** Waits for a signal, for at most the given time; returns whether there was one. */
    public boolean await(Duration timeout) throws InterruptedException {
        boolean signalled = signals.tryAcquire(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
        signals.drainPermits();
        return signalled;
    }
}

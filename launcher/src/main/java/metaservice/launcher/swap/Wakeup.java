package metaservice.launcher.swap;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread; rung several times before somebody waits, it counts once. Thread-safe. */
final class Wakeup {

    private final Semaphore rung = new Semaphore(0);

    void ring() {
        rung.release();
    }

    /** Waits until it rings, or for a while; true if it rang. */
    boolean await(Duration longest) throws InterruptedException {
        boolean heard = rung.tryAcquire(Math.max(0, longest.toMillis()), TimeUnit.MILLISECONDS);
        rung.drainPermits();
        return heard;
    }
}

package metaservice.tools;

import java.time.Duration;

/**
 * Exponential backoff between requests while an upgrade runs, limited by the time that is left for the upgrade. Not
 * thread-safe.
 */
final class Backoff {

    private static final int MAX_FACTOR = 8;

    private final long end;
    private final Duration first;
    private int factor = 1;

    /** Starts the time limit now. */
    Backoff(Timeouts timeouts) {
        this.end = System.nanoTime() + timeouts.upgrade().toNanos();
        this.first = timeouts.firstPause();
    }

    /** Sleeps. The pause doubles with each call, up to eight times the first one, and ends at the time limit. */
    void pause() throws InterruptedException {
        Thread.sleep(limited(first.multipliedBy(factor)).toMillis());
        factor = Math.min(MAX_FACTOR, 2 * factor);
    }

    /** Time left until the limit; zero after it. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    boolean isTimeLeft() {
        return left().toMillis() > 0;
    }

    /** Shortens a wait so that it ends at the time limit. */
    Duration limited(Duration wait) {
        return wait.compareTo(left()) < 0 ? wait : left();
    }
}

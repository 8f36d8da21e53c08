package metaservice.tools;

import java.time.Duration;

/** The pauses between requests while an upgrade runs, and the time that is left for all of it. For one thread. */
final class Backoff {

    private static final int LONGEST = 8;

    private final long end;
    private final Duration first;
    private int factor = 1;

    /** Begins to count now. */
    Backoff(Timeouts patience) {
        this.end = System.nanoTime() + patience.upgrade().toNanos();
        this.first = patience.pause();
    }

    /** Waits, each time twice as long as before up to a limit, but not beyond the end. */
    void pause() throws InterruptedException {
        Thread.sleep(atMost(first.multipliedBy(factor)).toMillis());
        factor = Math.min(LONGEST, 2 * factor);
    }

    /** What is left until the end; zero after it. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    boolean isTimeLeft() {
        return left().toMillis() > 0;
    }

    /** A wait that does not reach beyond the end. */
    Duration atMost(Duration wait) {
        return wait.compareTo(left()) < 0 ? wait : left();
    }
}

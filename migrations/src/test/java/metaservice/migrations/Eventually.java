package metaservice.migrations;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Polls for a condition that another thread or process brings about. */
public final class Eventually {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** Most conditions open a connection; polling more often would take processor time from the observed process. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(25);

    private Eventually() {}

    /** The condition. An exception fails the test. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as the condition holds.
     *
     * @param what description of the condition, as a clause for the error message
     * @throws AssertionError if the condition does not hold within 60 seconds, or throws
     */
    public static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!holds(what, condition)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("timed out after " + TIMEOUT.toSeconds() + " s waiting until " + what);
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    private static boolean holds(String what, Condition condition) {
        try {
            return condition.holds();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting until " + what, e);
        } catch (Exception e) {
            throw new AssertionError("failed to check whether " + what, e);
        }
    }
}

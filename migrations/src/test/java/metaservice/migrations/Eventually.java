package metaservice.migrations;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that happens in another process, by asking again and again. */
public final class Eventually {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    /** Most looks cost a connection; looking more often would keep the processor from what is waited for. */
    private static final Duration BETWEEN = Duration.ofMillis(25);

    private Eventually() {}

    /** Whether it has happened. What it throws fails the test. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as the condition holds.
     *
     * @param what ends the sentence "in vain was waited until …"
     * @throws AssertionError if it does not hold within a minute, or throws
     */
    public static void await(String what, Condition happened) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!holds(what, happened)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("in vain was waited until " + what);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    private static boolean holds(String what, Condition happened) {
        try {
            return happened.holds();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting until " + what, e);
        } catch (Exception e) {
            throw new AssertionError("could not find out whether " + what, e);
        }
    }
}

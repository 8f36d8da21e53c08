package metaservice.migrations;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something that happens in another process, by asking again and again. */
final class Eventually {

    private static final long LONGEST_NANOS = 20_000_000_000L;
    private static final long BETWEEN_NANOS = 10_000_000L;

    private Eventually() {}

    static void await(String what, BooleanSupplier happened) {
        long deadline = System.nanoTime() + LONGEST_NANOS;
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not happen: " + what);
            }
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
    }
}

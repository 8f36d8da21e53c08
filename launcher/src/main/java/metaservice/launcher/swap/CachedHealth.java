package metaservice.launcher.swap;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What was found at the last look, for those who ask more often than one can look: a look at a service's health costs a
 * thread and a question to the database. Looks when it is asked, at most once per interval, and first after one.
 * Thread-safe: while one caller looks, others are told what was found before.
 */
final class CachedHealth implements BooleanSupplier {

    private final BooleanSupplier look;
    private final Duration interval;
    private final AtomicLong nextLook;
    private volatile boolean found = true;

    CachedHealth(BooleanSupplier look, Duration interval) {
        this.look = look;
        this.interval = interval;
        nextLook = new AtomicLong(System.nanoTime() + interval.toNanos());
    }

    @Override
    public boolean getAsBoolean() {
        long now = System.nanoTime();
        long due = nextLook.get();
        if (now - due >= 0 && nextLook.compareAndSet(due, now + interval.toNanos())) {
            found = look.getAsBoolean();
        }
        return found;
    }
}

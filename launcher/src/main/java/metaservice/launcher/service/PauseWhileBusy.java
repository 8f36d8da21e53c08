package metaservice.launcher.service;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Spreads background work over time while clients are served: an upgrade and a warm-up pause between their steps, because
 * on a small machine they would otherwise use the processors that clients and the database need. Thread-safe.
 */
public final class PauseWhileBusy {

    /** Never pauses. */
    public static final PauseWhileBusy NEVER = new PauseWhileBusy(() -> false);

    private final BooleanSupplier busy;

    /** Pauses as long as the condition, whether clients are being served, holds. */
    public PauseWhileBusy(BooleanSupplier busy) {
        this.busy = busy;
    }

    /** Waits that long if clients are being served; returns early if the thread is interrupted. */
    public void pause(Duration pause) {
        if (busy.getAsBoolean()) {
            LockSupport.parkNanos(pause.toNanos());
        }
    }
}

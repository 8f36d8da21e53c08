package metaservice.launcher.service;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Pauses background work while clients are being served. An upgrade, the start of a service and its warm-up pause
 * between their steps, because on a small machine they would otherwise take processor time from clients and the database. Thread-safe.
 */
public final class PauseWhileBusy {

    /** Never pauses. */
    public static final PauseWhileBusy NEVER = new PauseWhileBusy(() -> false);

    private final BooleanSupplier busy;

    /** @param busy whether clients are being served */
    public PauseWhileBusy(BooleanSupplier busy) {
        this.busy = busy;
    }

    /** Waits for this time if clients are being served; returns early if the thread is interrupted. */
    public void pause(Duration pause) {
        if (busy.getAsBoolean()) {
            LockSupport.parkNanos(pause.toNanos());
        }
    }
}

package metaservice.launcher.service;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets clients go first: work that nobody waits for pauses here now and then, if clients are being served. An upgrade and
 * the start of a service would otherwise keep a small machine's processors busy for a second, and the database's if it is
 * the same machine. Thread-safe.
 */
public final class PauseWhileBusy {

    /** Of those who are waited for. */
    public static final PauseWhileBusy NONE = new PauseWhileBusy(() -> false);

    private final BooleanSupplier clientsAreServed;

    public PauseWhileBusy(BooleanSupplier clientsAreServed) {
        this.clientsAreServed = clientsAreServed;
    }

    /** The same, but only while somebody serves them well: clients of nobody wait for whoever comes. */
    public PauseWhileBusy whilst(BooleanSupplier served) {
        return new PauseWhileBusy(() -> isDue() && served.getAsBoolean());
    }

    /** Whether there are clients now who should go first. */
    public boolean isDue() {
        return clientsAreServed.getAsBoolean();
    }

    /** Returns after the pause, at once if there are no clients, early if the thread is interrupted. */
    public void pause(Duration pause) {
        if (isDue()) {
            LockSupport.parkNanos(pause.toNanos());
        }
    }
}

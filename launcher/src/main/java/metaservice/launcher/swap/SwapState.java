package metaservice.launcher.swap;

import java.util.Locale;
import java.util.Set;

/**
 * Where the exchange of one service version for another stands.
 *
 * <pre>
 *   IDLE → STARTING → DRAINING → IDLE    start the new, switch, drain and close the old
 *          STARTING → FAILED             undone before the switch; the old one still serves
 *          FAILED   → STARTING           after the backoff
 *          FAILED   → IDLE               no longer wanted
 *          STARTING → IDLE               there was no old one to drain
 *          IDLE     → IDLE               nobody may run on the database any more; the reason says why
 *   IDLE ↔ RESTART_NEEDED → STARTING     another version is wanted, but swapping is off; the old one died
 * </pre>
 */
enum SwapState {
    /** The wanted version serves, or nothing can be done. */
    IDLE,
    /** The wanted version is being started and proved healthy; the old one serves. */
    STARTING,
    /** The wanted version serves; the old one answers what it had accepted. */
    DRAINING,
    /** The wanted version could not be started and is undone; the old one serves, another attempt follows. */
    FAILED,
    /** The wanted version runs after a restart only, because the operator wants it so. */
    RESTART_NEEDED;

    /** Whether this state may follow directly. */
    boolean canBecome(SwapState next) {
        return switch (this) {
            case IDLE -> Set.of(STARTING, RESTART_NEEDED, IDLE).contains(next);
            case STARTING -> Set.of(DRAINING, FAILED, IDLE).contains(next);
            case DRAINING -> next == IDLE;
            case FAILED -> Set.of(STARTING, IDLE).contains(next);
            case RESTART_NEEDED -> Set.of(STARTING, IDLE).contains(next);
        };
    }

    /** How it is called in the status. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

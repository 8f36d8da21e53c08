package metaservice.launcher.swap;

import java.util.Locale;
import java.util.Set;

/**
 * The state of the swap of one service version for another.
 *
 * <pre>
 *   IDLE → STARTING → DRAINING → IDLE    start the next service, switch, drain and close the old one
 *          STARTING → FAILED             the start failed before the switch; the old service still serves
 *          FAILED   → STARTING           after the backoff
 *          FAILED   → IDLE               the version is no longer wanted
 *          STARTING → IDLE               there was no old service to drain
 *          IDLE     → IDLE               no bundled service may run on the database; the reason says why
 *   IDLE ↔ RESTART_NEEDED                another version is wanted, but swaps are off
 *          RESTART_NEEDED → STARTING     the old service died
 * </pre>
 */
enum SwapState {
    /** The wanted version serves, or no version can be started. */
    IDLE,
    /** The wanted version is started, checked and warmed up; the old one serves. */
    STARTING,
    /** The wanted version serves; the old one completes its requests in flight. */
    DRAINING,
    /** The wanted version could not be started; the old one serves, and the start is tried again. */
    FAILED,
    /** The wanted version runs after a restart only, because the operator has turned swaps off. */
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

    /** The name in the status. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package metaservice.launcher.swap;

import java.util.Locale;
import java.util.Set;

/**
 * What stands behind the front door.
 *
 * <pre>
 *   STARTING → SERVING ↔ DOWN
 *   all      → STOPPING, for good
 * </pre>
 */
enum ServiceState {
    /** Nobody yet. */
    STARTING,
    /** A service. */
    SERVING,
    /** Nobody: the service died and its successor is not up yet, or the database shuts all services out. */
    DOWN,
    /** Nobody any more. */
    STOPPING;

    /** Whether this state may follow directly. */
    boolean canBecome(ServiceState next) {
        return switch (this) {
            case STARTING, DOWN -> Set.of(SERVING, STOPPING).contains(next);
            case SERVING -> Set.of(SERVING, DOWN, STOPPING).contains(next);
            case STOPPING -> false;
        };
    }

    /** How it is called in the status. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

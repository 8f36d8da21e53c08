package metaservice.launcher.swap;

import java.util.Locale;
import java.util.Set;

/**
 * The state of the service of one kind.
 *
 * <pre>
 *   STARTING → SERVING ↔ DOWN
 *   all      → STOPPING (final)
 * </pre>
 */
enum ServiceState {
    /** No service has served yet. */
    STARTING,
    /** A service serves. */
    SERVING,
    /** No service serves: it died and its replacement is not started yet, or the database shuts out all services. */
    DOWN,
    /** The process is stopping; the state does not change any more. */
    STOPPING;

    /** Whether this state may follow directly. */
    boolean canBecome(ServiceState next) {
        return switch (this) {
            case STARTING, DOWN -> Set.of(SERVING, STOPPING).contains(next);
            case SERVING -> Set.of(SERVING, DOWN, STOPPING).contains(next);
            case STOPPING -> false;
        };
    }

    /** The name in the status. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

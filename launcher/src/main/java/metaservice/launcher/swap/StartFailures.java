package metaservice.launcher.swap;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;

/**
 * The service versions that could not be started, or died, and when each may be started again. Immutable. Keeps
 * messages only, because an exception of a service would keep its classes reachable. All times are the supervisor's
 * uptime, which does not depend on the system's clock.
 *
 * @param byVersion the failures since the version was last stable
 */
record StartFailures(Map<ServiceVersion, Failure> byVersion) {

    static final StartFailures NONE = new StartFailures(Map.of());

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

    /** Copies the map. */
    StartFailures {
        byVersion = Map.copyOf(byVersion);
    }

    /**
     * The consecutive failures of one version.
     *
     * @param count number of failures, 1 or more
     * @param reason of the last failure, a sentence for the operator
     * @param retryAt the version is not started again before this uptime
     */
    record Failure(int count, String reason, Duration retryAt) {}

    /** Adds a failed start. The backoff doubles from 1 s to 60 s. */
    StartFailures notStarted(ServiceVersion version, String reason, Duration now) {
        return with(version, new Failure(nextCount(version), reason, now.plus(backoff(nextCount(version) - 1))));
    }

    /** Adds the death of a service that served. The first one has no backoff, later ones have that of failed starts. */
    StartFailures died(ServiceVersion version, String reason, Duration now) {
        int count = nextCount(version);
        Duration wait = count == 1 ? Duration.ZERO : backoff(count - 2);
        return with(version, new Failure(count, reason, now.plus(wait)));
    }

    private int nextCount(ServiceVersion version) {
        return of(version).map(Failure::count).orElse(0) + 1;
    }

    private static Duration backoff(int doublings) {
        Duration wait = FIRST_BACKOFF.multipliedBy(1L << Math.min(doublings, 10));
        return wait.compareTo(LONGEST_BACKOFF) < 0 ? wait : LONGEST_BACKOFF;
    }

    private StartFailures with(ServiceVersion version, Failure failure) {
        Map<ServiceVersion, Failure> more = new HashMap<>(byVersion);
        more.put(version, failure);
        return new StartFailures(more);
    }

    /** Removes the failures of a version. */
    StartFailures without(ServiceVersion version) {
        Map<ServiceVersion, Failure> fewer = new HashMap<>(byVersion);
        fewer.remove(version);
        return new StartFailures(fewer);
    }

    /** The failures of a version; empty if it has none. */
    Optional<Failure> of(ServiceVersion version) {
        return Optional.ofNullable(byVersion.get(version));
    }

    /** When a version may be started; zero if it has no failures. */
    Duration retryAt(ServiceVersion version) {
        return of(version).map(Failure::retryAt).orElse(Duration.ZERO);
    }
}

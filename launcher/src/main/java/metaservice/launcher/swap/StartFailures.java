package metaservice.launcher.swap;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;

/**
 * Which service versions could not be started, or died, of late, and when each may be tried again. Immutable: whoever decides
 * looks at a value. Keeps texts only, because an exception of a service would keep its classes alive. All times are the
 * supervisor's uptime, which no change of the system's clock moves.
 *
 * @param byVersion the failures that still count
 */
record StartFailures(Map<ServiceVersion, Failure> byVersion) {

    static final StartFailures NONE = new StartFailures(Map.of());

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    /** Copies. */
    StartFailures {
        byVersion = Map.copyOf(byVersion);
    }

    /**
     * The failures of one version in a row.
     *
     * @param count how many, 1 or more
     * @param reason of the last one, a sentence for the operator
     * @param retryAt not to be tried again before
     */
    record Failure(int count, String reason, Duration retryAt) {}

    /** It could not be started; the wait doubles from a second to a minute. */
    StartFailures notStarted(ServiceVersion version, String reason, Duration now) {
        return with(version, new Failure(next(version), reason, now.plus(doubled(next(version) - 1))));
    }

    /** It died while it served: the first time it may be started again at once, then as above. */
    StartFailures died(ServiceVersion version, String reason, Duration now) {
        int count = next(version);
        Duration wait = count == 1 ? Duration.ZERO : doubled(count - 2);
        return with(version, new Failure(count, reason, now.plus(wait)));
    }

    private int next(ServiceVersion version) {
        return of(version).map(Failure::count).orElse(0) + 1;
    }

    private static Duration doubled(int times) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(times, 10));
        return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }

    private StartFailures with(ServiceVersion version, Failure failure) {
        Map<ServiceVersion, Failure> more = new HashMap<>(byVersion);
        more.put(version, failure);
        return new StartFailures(more);
    }

    /** Without those of a version that has stayed up for a while. */
    StartFailures without(ServiceVersion version) {
        Map<ServiceVersion, Failure> fewer = new HashMap<>(byVersion);
        fewer.remove(version);
        return new StartFailures(fewer);
    }

    /** The failures of a version; empty if it did not fail of late. */
    Optional<Failure> of(ServiceVersion version) {
        return Optional.ofNullable(byVersion.get(version));
    }

    /** When a version may be tried; zero if it did not fail of late. */
    Duration retryAt(ServiceVersion version) {
        return of(version).map(Failure::retryAt).orElse(Duration.ZERO);
    }
}

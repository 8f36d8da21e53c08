package metaservice.launcher;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What to do about the service behind the front door. */
sealed interface NextStep {

    /** Nothing: what serves is right, or nothing better is to be had. */
    record Stay() implements NextStep {}

    /** Start this service, and put it behind the front door once it is healthy. */
    record Start(BundledService service) implements NextStep {}

    /** What should be started failed a moment ago: look again at this time. */
    record Wait(Instant until) implements NextStep {}

    /** This service should run, but only a restart may bring it. */
    record AwaitRestart(BundledService service) implements NextStep {}

    /**
     * All that the decision depends on.
     *
     * @param choice what should run on the database as it is
     * @param compatible all that may run on it, newest first
     * @param serving what stands behind the front door; empty if it died
     * @param last what stood there last, whether or not it still does; empty before the first
     * @param swaps whether a version may be exchanged for another without a restart
     */
    record Situation(
            VersionChoice choice,
            List<BundledService> compatible,
            Optional<BundledService> serving,
            Optional<BundledService> last,
            StartFailures failures,
            boolean swaps,
            Instant now) {}

    /**
     * Decides. Who serves goes on until the wanted version is up. With nobody there, anything that runs on the database
     * is better than nothing: the wanted version first, then older ones. Without swaps that is the last version only.
     */
    static NextStep decide(Situation now) {
        return now.serving().isPresent()
                ? besides(now.serving().get(), now)
                : soonest(withNobodyThere(now), now).orElse(new Stay());
    }

    private static NextStep besides(BundledService serving, Situation now) {
        if (!(now.choice() instanceof VersionChoice.Chosen chosen)
                || chosen.service().equals(serving)) {
            return new Stay();
        }
        return now.swaps() ? soonest(List.of(chosen.service()), now).orElseThrow() : new AwaitRestart(chosen.service());
    }

    private static List<BundledService> withNobodyThere(Situation now) {
        return now.swaps()
                ? now.compatible()
                : now.last()
                        .filter(last -> now.compatible().contains(last))
                        .map(List::of)
                        .orElse(now.compatible());
    }

    /** The first that may be tried now; otherwise the time at which one may. */
    private static Optional<NextStep> soonest(List<BundledService> services, Situation now) {
        Optional<NextStep> start = services.stream()
                .filter(service -> !now.failures().retryAt(service.version()).isAfter(now.now()))
                .findFirst()
                .map(Start::new);
        return start.or(() -> services.stream()
                .map(service -> now.failures().retryAt(service.version()))
                .min(Comparator.naturalOrder())
                .map(Wait::new));
    }
}

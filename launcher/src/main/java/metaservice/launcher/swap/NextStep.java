package metaservice.launcher.swap;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import metaservice.launcher.service.BundledService;

/** What to do about the service behind the front door. */
sealed interface NextStep {

    /** Nothing: what serves is right, or the database is empty. */
    record Stay() implements NextStep {}

    /** Start this service, and put it behind the front door once it is healthy. */
    record Start(BundledService service) implements NextStep {}

    /** What should be started failed a moment ago: look again at this uptime. */
    record Wait(Duration until) implements NextStep {}

    /** This service should run, but only a restart may bring it. */
    record AwaitRestart(BundledService service) implements NextStep {}

    /**
     * Nobody may run on the database: who serves must not go on.
     *
     * @param reason one sentence for the operator
     */
    record ShutOut(String reason) implements NextStep {}

    /**
     * With nobody there, a wanted version that may be tried again within less than this is waited for: what an older one
     * does not know it answers with 404, and clients that meet a newer and then an older version do not try again. While
     * nobody answers they do.
     */
    Duration WORTH_WAITING = Duration.ofSeconds(15);

    /**
     * All that the decision depends on.
     *
     * @param choice what should run on the database as it is
     * @param compatible all that may run on it, newest first
     * @param serving what stands behind the front door; empty if it died
     * @param last what stood there last, whether or not it still does; empty before the first
     * @param swaps whether a version may be exchanged for another without a restart
     * @param now the supervisor's uptime
     */
    record Situation(
            VersionChoice choice,
            List<BundledService> compatible,
            Optional<BundledService> serving,
            Optional<BundledService> last,
            StartFailures failures,
            boolean swaps,
            Duration now) {}

    /**
     * Decides. Who serves goes on until the wanted version is up, unless the database shuts all of them out. With nobody
     * there the wanted version comes first, and if it is not to be tried again soon ({@link #WORTH_WAITING}), anything
     * that runs on the database is better than nothing. Without swaps that is the last version only.
     */
    static NextStep decide(Situation now) {
        if (now.choice() instanceof VersionChoice.Refused refused) {
            return new ShutOut(refused.reason());
        }
        return now.serving().isPresent()
                ? besides(now.serving().get(), now)
                : withNobodyThere(candidates(now), now).orElse(new Stay());
    }

    private static NextStep besides(BundledService serving, Situation now) {
        if (!(now.choice() instanceof VersionChoice.Chosen chosen)
                || chosen.service().equals(serving)) {
            return new Stay();
        }
        return now.swaps() ? soonest(List.of(chosen.service()), now).orElseThrow() : new AwaitRestart(chosen.service());
    }

    private static Optional<NextStep> withNobodyThere(List<BundledService> candidates, Situation now) {
        Optional<BundledService> wanted = candidates.stream()
                .findFirst()
                .filter(first -> now.failures()
                                .retryAt(first.version())
                                .compareTo(now.now().plus(WORTH_WAITING))
                        < 0);
        return soonest(wanted.map(List::of).orElse(candidates), now);
    }

    /** With nobody there; the wanted one first. */
    private static List<BundledService> candidates(Situation now) {
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
                .filter(service -> now.failures().retryAt(service.version()).compareTo(now.now()) <= 0)
                .findFirst()
                .map(Start::new);
        return start.or(() -> services.stream()
                .map(service -> now.failures().retryAt(service.version()))
                .min(Comparator.naturalOrder())
                .map(Wait::new));
    }
}

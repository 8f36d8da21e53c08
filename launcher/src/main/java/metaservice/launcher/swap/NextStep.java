package metaservice.launcher.swap;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import metaservice.launcher.service.BundledService;

/** What a supervisor does next. */
sealed interface NextStep {

    /** Nothing: the wanted service serves, or the database is empty. */
    record Stay() implements NextStep {}

    /** Start this service, and switch to it when it is healthy. */
    record Start(BundledService service) implements NextStep {}

    /** Every service that could be started failed recently: decide again at this uptime. */
    record Wait(Duration until) implements NextStep {}

    /** This service is wanted, but swaps are off: it needs a restart of the process. */
    record AwaitRestart(BundledService service) implements NextStep {}

    /**
     * No bundled service may run on the database: remove the one that serves.
     *
     * @param reason one sentence for the operator
     */
    record ShutOut(String reason) implements NextStep {}

    /**
     * If no service runs and the wanted version may be started within this time, an older version is not started
     * instead. An older version answers 404 to requests that it does not know, and clients do not repeat a request
     * after a 404; they do after the 503 that they get while no service runs.
     */
    Duration WAIT_FOR_WANTED = Duration.ofSeconds(15);

    /**
     * The facts that the decision depends on.
     *
     * @param choice the service that is wanted on this schema
     * @param compatible all services that may run on this schema, newest first
     * @param serving the service that serves; empty if it died
     * @param last the service that served last, whether or not it still does; empty before the first
     * @param swaps whether a version may be replaced by another one without a restart
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
     * Decides. A service that serves is replaced by the wanted one only; it is removed if the database shuts out all
     * services. If no service runs, the wanted version is preferred; if it cannot be started within {@link
     * #WAIT_FOR_WANTED}, any compatible one is started. With swaps off only the last version is started again.
     */
    static NextStep decide(Situation now) {
        if (now.choice() instanceof VersionChoice.Refused refused) {
            return new ShutOut(refused.reason());
        }
        return now.serving().isPresent()
                ? whileServing(now.serving().get(), now)
                : whileDown(candidates(now), now).orElse(new Stay());
    }

    private static NextStep whileServing(BundledService serving, Situation now) {
        if (!(now.choice() instanceof VersionChoice.Chosen chosen)
                || chosen.service().equals(serving)) {
            return new Stay();
        }
        return now.swaps()
                ? startOrWait(List.of(chosen.service()), now).orElseThrow()
                : new AwaitRestart(chosen.service());
    }

    private static Optional<NextStep> whileDown(List<BundledService> candidates, Situation now) {
        Optional<BundledService> wanted = candidates.stream()
                .findFirst()
                .filter(first -> now.failures()
                                .retryAt(first.version())
                                .compareTo(now.now().plus(WAIT_FOR_WANTED))
                        < 0);
        return startOrWait(wanted.map(List::of).orElse(candidates), now);
    }

    /** The services that may be started while none runs, the wanted one first. */
    private static List<BundledService> candidates(Situation now) {
        return now.swaps()
                ? now.compatible()
                : now.last()
                        .filter(last -> now.compatible().contains(last))
                        .map(List::of)
                        .orElse(now.compatible());
    }

    /** Starts the first service whose backoff has ended; otherwise waits for the end of the shortest backoff. */
    private static Optional<NextStep> startOrWait(List<BundledService> services, Situation now) {
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

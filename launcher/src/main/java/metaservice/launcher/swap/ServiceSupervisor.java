package metaservice.launcher.swap;

import io.undertow.server.HttpHandler;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import metaservice.launcher.http.Admission;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.Guarded;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.service.WarmUp;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.ServiceVersion;
import metaservice.settings.Setting;
import metaservice.spi.Health;
import metaservice.spi.ServiceStartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the right service behind the front door: exchanges it when the database carries another one, and replaces it
 * when it died. {@link NextStep} decides, this does. Until the switch, any failure undoes the new service and leaves
 * the old one serving.
 *
 * <p>One thread, {@code supervisor-<kind>}, does it all after {@link #begin}; the other methods may be called by any.
 */
public final class ServiceSupervisor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceSupervisor.class);

    /** Between two health checks; also between two looks at a database that is away. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    /** From a round that failed unexpectedly to the next look, unless it is asked for before. */
    private static final Duration AFTER_FAILED_ROUND = Duration.ofSeconds(2);
    /** So often in a row a service has to say that it is down while the database answers. */
    private static final int DOWNS = 2;
    /** Longest wait for the requests in flight of a service that died. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    /** Failures of a service that has served for so long are forgotten. */
    private static final Duration STABLE = Duration.ofSeconds(60);

    private static final Duration THREAD_END = Duration.ofSeconds(5);

    private static final CannedAnswer DOWN =
            CannedAnswer.unavailable("message", "Metaservice is replacing a service that died.");
    private static final CannedAnswer SHUT_OUT =
            CannedAnswer.unavailable("message", "The database admits none of the services of this Metaservice.");

    private final FrontDoor frontDoor;
    private final ServiceCatalog catalog;
    private final Schema schema;
    private final Starter starter;
    private final Pace pace;

    private final Wakeup bell = new Wakeup();
    private final Thread thread;
    private final Clock clock;
    private final long begin = System.nanoTime();
    private final AtomicReference<ServingStatus> status;
    private volatile StartFailures failures = StartFailures.NONE;

    /** Guards the switch against the end: after {@link #stop} nothing is put behind the front door. */
    private final Object switching = new Object();

    private boolean stopping;

    /** These belong to the keeper's thread; before it begins and after it ended, to whoever starts and closes. */
    private Optional<IsolatedService> serving = Optional.empty();

    private Optional<BundledService> last = Optional.empty();
    private int downs;
    private boolean databaseAway;
    /** These two are uptimes, see {@link #uptime}. */
    private Duration nextLook = Duration.ZERO;

    private Duration servingSince = Duration.ZERO;

    public ServiceSupervisor(
            ServiceKind kind, FrontDoor frontDoor, ServiceCatalog catalog, Schema schema, Starter starter, Pace pace) {
        this(kind, frontDoor, catalog, schema, starter, pace, Clock.systemUTC());
    }

    /** The same with another clock for the timestamps in the status; nothing else depends on it. */
    ServiceSupervisor(
            ServiceKind kind,
            FrontDoor frontDoor,
            ServiceCatalog catalog,
            Schema schema,
            Starter starter,
            Pace pace,
            Clock clock) {
        this.frontDoor = frontDoor;
        this.catalog = catalog;
        this.schema = schema;
        this.starter = starter;
        this.pace = pace;
        this.thread = new Thread(this::run, "supervisor-" + kind);
        this.clock = clock;
        this.status = new AtomicReference<>(ServingStatus.initial(clock.instant()));
    }

    /** For waits: the uptime of this supervisor, which does not jump when the system's clock is set. */
    private Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Looks at the database's schema. */
    public interface Schema {
        SchemaStatus look() throws SQLException;
    }

    /** Starts a service; after a failure nothing of it is left. */
    public interface Starter {
        IsolatedService start(BundledService service) throws ServiceStartException;
    }

    /**
     * How patient the keeper is.
     *
     * @param drainTimeout longest wait for requests in flight in a service that has a successor; zero does not wait
     * @param pollInterval pause between two looks at the schema if nobody rings, more than zero
     * @param swaps whether a version may be exchanged for another without a restart
     * @param pauses between the requests of a warm-up
     */
    public record Pace(Duration drainTimeout, Duration pollInterval, boolean swaps, PauseWhileBusy pauses) {}

    /**
     * Puts the first service behind the front door. No other one steps in if it cannot be started: whoever starts a
     * process is told what is wrong, and clients never meet an older service than the schema calls for. To be called
     * once, before {@link #begin}.
     */
    public void startFirst(BundledService chosen) throws ServiceStartException {
        serve(startHealthy(chosen));
    }

    /** What all paths of the first service begin with; before {@link #begin}. */
    public String pathPrefix() {
        return serving.map(IsolatedService::pathPrefix).orElse("");
    }

    /** For tests: the service behind the front door. */
    public Optional<IsolatedService> serving() {
        synchronized (switching) {
            return serving;
        }
    }

    /** Begins to watch over the service. */
    public void begin() {
        thread.start();
    }

    /** Makes the supervisor look at the schema now. Returns at once. */
    public void schemaMayHaveChanged() {
        bell.ring();
    }

    /** The members {@code service}, {@code swap} and {@code candidates} of the status, on a database with this schema. */
    public Map<String, Object> status(SchemaStatus found) {
        Map<String, Object> members = new LinkedHashMap<>(status.get().members());
        members.put("candidates", Candidates.of(catalog, found, failures));
        return members;
    }

    /**
     * The same members for a kind that the process does not run: {@code service} and {@code swap} are null.
     *
     * @param catalog the bundled services of the kind; empty if there is none
     */
    public static Map<String, Object> statusWithout(Optional<ServiceCatalog> catalog, SchemaStatus found) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("service", Optional.empty());
        members.put("swap", Optional.empty());
        members.put(
                "candidates",
                catalog.map(services -> Candidates.of(services, found, StartFailures.NONE))
                        .orElse(List.of()));
        return members;
    }

    /** From now on nothing is put behind the front door any more. Returns at once. */
    public void stop() {
        synchronized (switching) {
            if (stopping) {
                return;
            }
            stopping = true;
            update(now -> now.service(ServiceState.STOPPING, now.version(), clock.instant()));
        }
        bell.ring();
    }

    /** Waits for the keeper's thread, which may be draining, and closes the service. */
    public void close(Duration patience) {
        stop();
        try {
            thread.join(Math.max(1, patience.toMillis()));
            thread.interrupt();
            thread.join(THREAD_END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        serving.ifPresent(IsolatedService::close);
        serving = Optional.empty();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private void run() {
        while (!isStopping()) {
            try {
                boolean rung = bell.await(HEARTBEAT);
                if (!isStopping()) {
                    watch(rung);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // asked to end
                return;
            } catch (Throwable e) {
                // Errors of the virtual machine, too: "unable to create native thread" is one, and passes. Without this
                // thread the process would serve on, but never swap or replace anything again.
                Guarded.log("Watching over the service failed; it goes on", e);
                Guarded.run("clear up after that", this::settle);
                nextLook = uptime().plus(AFTER_FAILED_ROUND);
            }
        }
    }

    private boolean isStopping() {
        synchronized (switching) {
            return stopping;
        }
    }

    private void watch(boolean rung) throws InterruptedException {
        // Who rings waits for the swap; the health can wait.
        Optional<String> trouble = rung ? Optional.empty() : trouble();
        if (rung || trouble.isPresent() || uptime().compareTo(nextLook) >= 0) {
            look(trouble);
        }
    }

    /** What the service says is wrong with it; empty if it is well, or nobody is there. */
    private Optional<String> trouble() {
        Optional<String> trouble = serving.map(IsolatedService::health)
                .filter(health -> !health.up())
                .map(Health::detail);
        if (trouble.isEmpty()) {
            downs = 0;
            forgetOldFailures();
        }
        return trouble;
    }

    private void forgetOldFailures() {
        if (uptime().minus(servingSince).compareTo(STABLE) > 0) {
            serving.ifPresent(
                    service -> failures = failures.without(service.bundled().version()));
        }
    }

    private void look(Optional<String> trouble) throws InterruptedException {
        SchemaStatus found;
        try {
            found = schema.look();
        } catch (SQLException e) {
            away(e);
            return;
        }
        if (databaseAway) {
            LOG.info("The database answers again");
        }
        databaseAway = false;
        if (trouble.isPresent()) {
            bury(trouble.get());
        }
        act(NextStep.decide(situation(found)));
    }

    /** That is no reason to exchange or restart anything: services come back by themselves. */
    private void away(SQLException failure) {
        if (!databaseAway) {
            LOG.warn("Cannot read the schema version, trying again: {}", failure.getMessage());
        }
        databaseAway = true;
        downs = 0;
        nextLook = Duration.ZERO;
    }

    private NextStep.Situation situation(SchemaStatus found) {
        return new NextStep.Situation(
                VersionChoice.decide(found, catalog),
                catalog.compatible(found.schemaVersion(), found.lowestService()),
                serving.map(IsolatedService::bundled),
                last,
                failures,
                pace.swaps(),
                uptime());
    }

    private void act(NextStep step) throws InterruptedException {
        nextLook = uptime().plus(pace.pollInterval());
        if (step instanceof NextStep.Start start) {
            exchange(start.service());
        } else if (step instanceof NextStep.Wait wait) {
            nextLook = wait.until();
        } else if (step instanceof NextStep.AwaitRestart await) {
            awaitRestart(await.service().version());
        } else if (step instanceof NextStep.ShutOut shutOut) {
            shutOut(shutOut.reason());
        } else {
            settle();
        }
    }

    /** The service is down for good, not just for want of a database: nobody shall meet it any more. */
    private void bury(String why) throws InterruptedException {
        downs++;
        if (downs < DOWNS || serving.isEmpty()) {
            return;
        }
        ServiceVersion version = serving.get().bundled().version();
        LOG.error("Service {} is down although the database answers ({}); it is replaced", version, why);
        downs = 0;
        failures = failures.died(version, "Service " + version + " died: " + why, uptime());
        leaveEmpty(DOWN, LAST_WORDS);
    }

    /** Told once; when the database admits somebody again, nobody serves, and the usual step is to start one. */
    private void shutOut(String reason) throws InterruptedException {
        Optional<ServiceVersion> from = status.get().version();
        ServingStatus.Swap told = status.get().swap();
        if (serving.isEmpty() && told.reason().equals(Optional.of(reason))) {
            return;
        }
        LOG.error("{}", reason);
        update(now -> now.swap(new ServingStatus.Swap(
                SwapState.IDLE, from, Optional.empty(), Optional.of(reason), 0, clock.instant())));
        leaveEmpty(SHUT_OUT, pace.drainTimeout());
    }

    /** Nobody serves any more; clients are told to come back, and who served until now is drained and closed. */
    private void leaveEmpty(CannedAnswer meanwhile, Duration patience) throws InterruptedException {
        Optional<IsolatedService> old = serving;
        Optional<Admission> before = stand(meanwhile, Optional.empty());
        if (before.isPresent() && old.isPresent()) {
            update(now -> now.service(ServiceState.DOWN, now.version(), clock.instant()));
            retire(before.get(), old.get(), patience);
        }
    }

    private void exchange(BundledService next) throws InterruptedException {
        Optional<IsolatedService> old = serving;
        Optional<ServiceVersion> from = old.map(service -> service.bundled().version());
        tell(SwapState.STARTING, from, next.version(), status.get().swap().reason());
        LOG.info(
                "Starting service {}{}",
                next.version(),
                from.map(version -> " to take over from " + version).orElse(""));
        IsolatedService fresh;
        try {
            fresh = old.isPresent() ? startWarm(next) : startHealthy(next);
        } catch (ServiceStartException e) {
            failed(from, next.version(), e);
            return;
        } catch (RuntimeException | Error e) {
            Guarded.log("Starting service " + next.version() + " failed unexpectedly", e);
            failed(
                    from,
                    next.version(),
                    new ServiceStartException("Service " + next.version() + " cannot be started: " + e, e));
            return;
        }
        Optional<Admission> before = serve(fresh);
        if (before.isEmpty()) {
            fresh.close(); // asked to stop meanwhile
            return;
        }
        LOG.info("Service {} serves", next.version());
        if (old.isPresent()) {
            tell(SwapState.DRAINING, from, next.version(), Optional.empty());
            retire(before.get(), old.get(), pace.drainTimeout());
        }
        tell(SwapState.IDLE, from, next.version(), Optional.empty());
        // What came while the old one was drained is not forgotten.
        nextLook = Duration.ZERO;
    }

    private void failed(Optional<ServiceVersion> from, ServiceVersion to, ServiceStartException failure) {
        failures = failures.notStarted(to, failure.getMessage(), uptime());
        nextLook = failures.retryAt(to);
        tell(SwapState.FAILED, from, to, Optional.of(failure.getMessage()));
        LOG.warn(
                "{} {}; next attempt in {} s",
                failure.getMessage(),
                from.map(version -> "Service " + version + " goes on").orElse("Nobody serves"),
                nextLook.minus(uptime()).toMillis() / 1000.0);
        LOG.debug("Service {} could not be started", to, failure);
    }

    private void awaitRestart(ServiceVersion wanted) {
        ServingStatus.Swap told = status.get().swap();
        if (told.state() != SwapState.RESTART_NEEDED || !told.to().equals(Optional.of(wanted))) {
            String reason = "Swapping is off (" + Setting.SWAP.name() + "): restart to run " + wanted + ".";
            LOG.warn("{}", reason);
            settle();
            tell(SwapState.RESTART_NEEDED, status.get().version(), wanted, Optional.of(reason));
        }
    }

    /** Nothing is to be done: what was waited for is no longer wanted. */
    private void settle() {
        ServingStatus.Swap swap = status.get().swap();
        if (swap.state() != SwapState.IDLE) {
            update(now -> now.swap(new ServingStatus.Swap(
                    SwapState.IDLE, swap.from(), swap.to(), swap.reason(), swap.attempts(), clock.instant())));
        }
    }

    private IsolatedService startHealthy(BundledService bundled) throws ServiceStartException {
        IsolatedService service = starter.start(bundled);
        Health health = service.health();
        if (!health.up()) {
            service.close();
            throw new ServiceStartException(
                    "Service " + bundled.version() + " started but is not healthy: " + health.detail(), null);
        }
        LOG.info("Service {} is healthy", bundled.version());
        return service;
    }

    /** Starts a service that takes over from another one: it is warm before clients meet it. */
    private IsolatedService startWarm(BundledService next) throws ServiceStartException {
        IsolatedService service = startHealthy(next);
        boolean warm = false;
        try {
            WarmUp.of(service, pace.pauses());
            warm = true;
            return service;
        } finally {
            if (!warm) {
                service.close();
            }
        }
    }

    private Optional<Admission> serve(IsolatedService fresh) {
        Optional<Admission> before = stand(fresh.handler(), Optional.of(fresh));
        if (before.isPresent()) {
            last = Optional.of(fresh.bundled());
            servingSince = uptime();
            update(now -> now.service(
                    ServiceState.SERVING, Optional.of(fresh.bundled().version()), clock.instant()));
        }
        return before;
    }

    /** Puts a handler behind the front door; returns who stood there, or nothing if it is too late for that. */
    private Optional<Admission> stand(HttpHandler handler, Optional<IsolatedService> service) {
        synchronized (switching) {
            if (stopping) {
                return Optional.empty();
            }
            serving = service;
            return Optional.of(frontDoor.serve(handler));
        }
    }

    private static void retire(Admission admission, IsolatedService old, Duration patience)
            throws InterruptedException {
        try {
            long left = admission.drain(patience);
            if (left > 0) {
                LOG.warn(
                        "Service {}: gave up waiting for {} requests in flight",
                        old.bundled().version(),
                        left);
            }
        } finally {
            old.close();
        }
        LOG.info("Service {} is closed", old.bundled().version());
    }

    private void tell(SwapState state, Optional<ServiceVersion> from, ServiceVersion to, Optional<String> reason) {
        int attempts = failures.of(to).map(StartFailures.Failure::count).orElse(0);
        update(now ->
                now.swap(new ServingStatus.Swap(state, from, Optional.of(to), reason, attempts, clock.instant())));
    }

    /** Takes one move of the status. One that is not legal is a mistake in this class: it is logged and not taken. */
    private void update(Function<ServingStatus, Optional<ServingStatus>> move) {
        while (true) {
            ServingStatus now = status.get();
            Optional<ServingStatus> next = move.apply(now);
            if (next.isEmpty()) {
                if (now.state() != ServiceState.STOPPING) { // this one may come between any two steps of a swap
                    LOG.error("The status stays as it is, because no legal move leads on from it: {}", now.members());
                }
                return;
            }
            if (status.compareAndSet(now, next.get())) {
                return;
            }
        }
    }
}

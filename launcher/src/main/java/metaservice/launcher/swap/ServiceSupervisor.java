package metaservice.launcher.swap;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.launcher.http.Admission;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.Guarded;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.ServiceVersion;
import metaservice.settings.Setting;
import metaservice.spi.Health;
import metaservice.spi.ServiceStartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a compatible service running for one kind: swaps it when the schema calls for another version, and replaces it
 * when it fails its health checks. Each round checks the health of the service, reads the schema when that is due, and
 * does what {@link NextStep} decides; {@link Swap} replaces the service.
 *
 * <p>The thread {@code supervisor-<kind>} runs the rounds after {@link #begin}. Thread-safe, except for the methods
 * that are to be called before {@link #begin}.
 */
public final class ServiceSupervisor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceSupervisor.class);

    /** Also the time between two attempts to read the schema while the database is unavailable. */
    private static final Duration HEALTH_CHECK_INTERVAL = Duration.ofSeconds(1);
    /** Time between a round that failed unexpectedly and the next read of the schema. */
    private static final Duration RETRY_AFTER_FAILED_ROUND = Duration.ofSeconds(2);
    /** Consecutive failed health checks after which a service is dead, counted while the database answers. */
    private static final int FAILED_CHECKS_OF_DEAD_SERVICE = 2;
    /** Longest wait for the requests in flight of a dead service. */
    private static final Duration DEAD_DRAIN_TIMEOUT = Duration.ofSeconds(2);
    /** The failures of a version are forgotten after it has served for this time. */
    private static final Duration STABLE_AFTER = Duration.ofSeconds(60);
    /** Longest wait for the thread after its interrupt. */
    private static final Duration THREAD_END_TIMEOUT = Duration.ofSeconds(5);

    private static final CannedAnswer DOWN =
            CannedAnswer.unavailable("message", "Metaservice is replacing a service that died.");
    private static final CannedAnswer SHUT_OUT =
            CannedAnswer.unavailable("message", "The database admits none of the services of this Metaservice.");

    private final ServiceCatalog catalog;
    private final Schema schema;
    private final SwapConfig config;
    private final StatusRecorder status;
    private final ActiveService active;
    private final Swap swap;
    private final Wakeup wakeup = new Wakeup();
    private final Thread thread;
    private final long begin = System.nanoTime();
    private volatile StartFailures failures = StartFailures.NONE;

    // The following fields are used by the supervisor's thread only.
    private int failedChecks;
    private boolean databaseUnavailable;
    /** When the schema is to be read next, as {@link #uptime}. */
    private Duration nextSchemaRead = Duration.ZERO;

    public ServiceSupervisor(
            ServiceKind kind,
            FrontDoor frontDoor,
            ServiceCatalog catalog,
            Schema schema,
            ServiceStarter starter,
            SwapConfig config) {
        this(kind, frontDoor, catalog, schema, starter, config, Clock.systemUTC());
    }

    /** The same with another clock for the timestamps in the status; nothing else depends on the clock. */
    ServiceSupervisor(
            ServiceKind kind,
            FrontDoor frontDoor,
            ServiceCatalog catalog,
            Schema schema,
            ServiceStarter starter,
            SwapConfig config,
            Clock clock) {
        this.catalog = catalog;
        this.schema = schema;
        this.config = config;
        this.status = new StatusRecorder(clock);
        this.active = new ActiveService(frontDoor, status);
        this.swap = new Swap(active, starter, config, status);
        this.thread = new Thread(this::run, "supervisor-" + kind);
    }

    /** Reads the schema of the database. */
    public interface Schema {
        SchemaStatus read() throws SQLException;
    }

    /**
     * Starts the first service and lets it serve. If it cannot be started, no other one is tried, because the process
     * must not start with an older service than the schema calls for. To be called once, before {@link #begin}.
     */
    public void startFirst(BundledService chosen) throws ServiceStartException {
        active.switchTo(swap.startHealthy(chosen));
    }

    /** The prefix of all paths of the first service. To be called before {@link #begin}. */
    public String pathPrefix() {
        return active.serving().map(IsolatedService::pathPrefix).orElse("");
    }

    /** The service that serves now; empty if there is none. */
    public Optional<IsolatedService> serving() {
        return active.serving();
    }

    /** The version of the service that serves now; empty if there is none. */
    public Optional<ServiceVersion> servingVersion() {
        return active.serving().map(service -> service.bundled().version());
    }

    /** The name of the state of the swap, as in the status, such as {@code idle}. */
    public String swapState() {
        return status.current().swap().state().wireName();
    }

    /**
     * Calls a listener after each change of the service and of the swap.
     *
     * @param listener called on the thread that makes the change; must not block
     */
    public void onStatusChange(Runnable listener) {
        status.onChange(listener);
    }

    /** Starts the thread. */
    public void begin() {
        thread.start();
    }

    /** Makes the supervisor read the schema now. Returns at once. */
    public void schemaMayHaveChanged() {
        wakeup.signal();
    }

    /**
     * The members {@code service}, {@code swap} and {@code candidates} of the status, on a database with this schema.
     */
    public Map<String, Object> status(SchemaStatus found) {
        Map<String, Object> members = new LinkedHashMap<>(status.current().members());
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

    /** Excludes further swaps. Returns at once. */
    public void stop() {
        active.stop();
        wakeup.signal();
    }

    /**
     * Stops, waits for the thread, which may be draining a service, and closes the service.
     *
     * @param timeout longest wait before the thread is interrupted
     */
    public void close(Duration timeout) {
        stop();
        try {
            thread.join(Math.max(1, timeout.toMillis()));
            thread.interrupt();
            thread.join(THREAD_END_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        active.close();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private void run() {
        while (!active.isStopping()) {
            try {
                boolean signalled = wakeup.await(HEALTH_CHECK_INTERVAL);
                if (!active.isStopping()) {
                    round(signalled);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // close() interrupts the thread to end it
            } catch (Throwable e) {
                // Includes errors of the virtual machine that pass, such as "unable to create native thread". If this
                // thread ended, the service would run without health checks and swaps.
                Guarded.log("A supervisor round failed; the supervisor continues", e);
                Guarded.run("reset the swap state after a failed round", this::endSwap);
                nextSchemaRead = uptime().plus(RETRY_AFTER_FAILED_ROUND);
            }
        }
    }

    /** For deadlines: does not jump when the system's clock is set. */
    private Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private void round(boolean signalled) throws InterruptedException {
        // After a signal the health check is left out, because it would delay the swap.
        Optional<String> failedCheck = signalled ? Optional.empty() : checkHealth();
        if (signalled || failedCheck.isPresent() || uptime().compareTo(nextSchemaRead) >= 0) {
            readSchema(failedCheck);
        }
    }

    /** Returns the detail of a failed health check; empty if the service is healthy, or there is none. */
    private Optional<String> checkHealth() {
        Optional<String> failedCheck = active.serving()
                .map(IsolatedService::health)
                .filter(health -> !health.up())
                .map(Health::detail);
        if (failedCheck.isEmpty()) {
            failedChecks = 0;
            forgetOldFailures();
        }
        return failedCheck;
    }

    private void forgetOldFailures() {
        if (active.servingFor().compareTo(STABLE_AFTER) > 0) {
            active.serving()
                    .ifPresent(service ->
                            failures = failures.without(service.bundled().version()));
        }
    }

    private void readSchema(Optional<String> failedCheck) throws InterruptedException {
        SchemaStatus found;
        try {
            found = schema.read();
        } catch (SQLException e) {
            databaseUnavailable(e);
            return;
        }
        if (databaseUnavailable) {
            LOG.info("The database answers again");
        }
        databaseUnavailable = false;
        if (failedCheck.isPresent()) {
            countFailedCheck(failedCheck.get());
        }
        act(NextStep.decide(situation(found)));
    }

    /** Replaces nothing, because a service recovers by itself when the database is back. */
    private void databaseUnavailable(SQLException failure) {
        if (!databaseUnavailable) {
            LOG.warn("Cannot read the schema version, trying again: {}", failure.getMessage());
        }
        databaseUnavailable = true;
        failedChecks = 0;
        nextSchemaRead = Duration.ZERO;
    }

    private NextStep.Situation situation(SchemaStatus found) {
        return new NextStep.Situation(
                VersionChoice.decide(found, catalog),
                catalog.compatible(found.schemaVersion(), found.lowestService()),
                active.serving().map(IsolatedService::bundled),
                active.last(),
                failures,
                config.swaps(),
                uptime());
    }

    private void act(NextStep step) throws InterruptedException {
        nextSchemaRead = uptime().plus(config.pollInterval());
        if (step instanceof NextStep.Start start) {
            swapTo(start.service());
        } else if (step instanceof NextStep.Wait wait) {
            nextSchemaRead = wait.until();
        } else if (step instanceof NextStep.AwaitRestart await) {
            awaitRestart(await.service().version());
        } else if (step instanceof NextStep.ShutOut shutOut) {
            shutOut(shutOut.reason());
        } else {
            endSwap();
        }
    }

    private void countFailedCheck(String detail) throws InterruptedException {
        failedChecks++;
        if (failedChecks >= FAILED_CHECKS_OF_DEAD_SERVICE && active.serving().isPresent()) {
            failedChecks = 0;
            replaceDead(active.serving().get().bundled(), detail);
        }
    }

    /** Removes a dead service; the next step starts its replacement. */
    private void replaceDead(BundledService service, String detail) throws InterruptedException {
        LOG.error("Service {} is down although the database answers ({}); it is replaced", service.title(), detail);
        failures = failures.died(service.version(), "Service " + service.title() + " died: " + detail, uptime());
        removeService(DOWN, DEAD_DRAIN_TIMEOUT);
    }

    /** Removes the service. Reports once; if the database admits a service again, the next step starts it. */
    private void shutOut(String reason) throws InterruptedException {
        ServingStatus.Swap reported = status.current().swap();
        if (active.serving().isEmpty() && reported.reason().equals(Optional.of(reason))) {
            return;
        }
        LOG.error("{}", reason);
        status.swap(SwapState.IDLE, status.current().version(), Optional.empty(), Optional.of(reason), 0);
        removeService(SHUT_OUT, config.drainTimeout());
    }

    private void removeService(CannedAnswer answer, Duration drainTimeout) throws InterruptedException {
        Optional<IsolatedService> old = active.serving();
        Optional<Admission> before = active.remove(answer);
        if (before.isPresent() && old.isPresent()) {
            Swap.retire(before.get(), old.get(), drainTimeout);
        }
    }

    private void swapTo(BundledService next) throws InterruptedException {
        Optional<IsolatedService> old = active.serving();
        Swap.Outcome outcome = swap.run(old, next, attempts(next.version()));
        if (outcome instanceof Swap.Outcome.Failed failed) {
            startFailed(old.map(IsolatedService::bundled), next, failed.failure());
        } else if (outcome instanceof Swap.Outcome.Switched) {
            nextSchemaRead = Duration.ZERO; // the schema may have changed while the old service was drained
        }
    }

    private int attempts(ServiceVersion version) {
        return failures.of(version).map(StartFailures.Failure::count).orElse(0);
    }

    private void startFailed(Optional<BundledService> from, BundledService to, ServiceStartException failure) {
        failures = failures.notStarted(to.version(), failure.getMessage(), uptime());
        nextSchemaRead = failures.retryAt(to.version());
        status.swap(
                SwapState.FAILED,
                from.map(BundledService::version),
                Optional.of(to.version()),
                Optional.of(failure.getMessage()),
                attempts(to.version()));
        LOG.warn(
                "{} {}; next attempt in {} s",
                failure.getMessage(),
                from.map(service -> "Service " + service.title() + " continues to serve")
                        .orElse("No service is running"),
                nextSchemaRead.minus(uptime()).toMillis() / 1000.0);
        LOG.debug("Service {} could not be started", to.title(), failure);
    }

    private void awaitRestart(ServiceVersion wanted) {
        ServingStatus.Swap reported = status.current().swap();
        if (reported.state() != SwapState.RESTART_NEEDED || !reported.to().equals(Optional.of(wanted))) {
            String reason = "Swapping is off (" + Setting.SWAP.name() + "): restart to run " + wanted + ".";
            LOG.warn("{}", reason);
            endSwap();
            status.swap(
                    SwapState.RESTART_NEEDED,
                    status.current().version(),
                    Optional.of(wanted),
                    Optional.of(reason),
                    attempts(wanted));
        }
    }

    /** Reports that no swap is under way or wanted. */
    private void endSwap() {
        ServingStatus.Swap reported = status.current().swap();
        if (reported.state() != SwapState.IDLE) {
            status.swap(SwapState.IDLE, reported.from(), reported.to(), reported.reason(), reported.attempts());
        }
    }
}

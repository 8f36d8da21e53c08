package metaservice.launcher.swap;

import java.time.Duration;
import java.util.Optional;
import metaservice.launcher.http.Admission;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.Guarded;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.WarmUp;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.Health;
import metaservice.spi.ServiceStartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces one service by another: starts the next one, warms it up, switches the front door to it, drains and closes
 * the old one. A failure before the switch closes the next service and leaves the old one serving. Used by the
 * supervisor's thread.
 */
final class Swap {

    private static final Logger LOG = LoggerFactory.getLogger(Swap.class);

    /** The end of an upgrade has changed the tables, so the statements of clients have to be planned again first. */
    private static final Duration PAUSE_BEFORE_START = Duration.ofMillis(750);

    private final ActiveService active;
    private final ServiceStarter starter;
    private final SwapConfig config;
    private final StatusRecorder status;

    Swap(ActiveService active, ServiceStarter starter, SwapConfig config, StatusRecorder status) {
        this.active = active;
        this.starter = starter;
        this.config = config;
        this.status = status;
    }

    /** The result of a swap. */
    sealed interface Outcome {

        /** The next service serves, and the old one is closed. */
        record Switched() implements Outcome {}

        /** The next service could not be started and is closed; the old one still serves. */
        record Failed(ServiceStartException failure) implements Outcome {}

        /** The supervisor was stopped before the switch; the next service is closed. */
        record Stopped() implements Outcome {}
    }

    /**
     * Runs the whole swap; blocks until the old service is closed.
     *
     * @param old the service that serves now; without one the next service is not warmed up, because clients wait for
     *     it
     * @param attempts failed attempts to start the next service so far, for the status
     */
    Outcome run(Optional<IsolatedService> old, BundledService next, int attempts) throws InterruptedException {
        Optional<ServiceVersion> from = old.map(service -> service.bundled().version());
        Optional<ServiceVersion> to = Optional.of(next.version());
        status.swap(SwapState.STARTING, from, to, status.current().swap().reason(), attempts);
        LOG.info(
                "Starting service {}{}",
                next.title(),
                old.map(service -> " to replace service " + service.bundled().title())
                        .orElse(""));
        IsolatedService started;
        try {
            started = old.isPresent() ? startWarm(next) : startHealthy(next);
        } catch (ServiceStartException e) {
            return new Outcome.Failed(e);
        } catch (RuntimeException | Error e) {
            Guarded.log("Starting service " + next.title() + " failed unexpectedly", e);
            return new Outcome.Failed(
                    new ServiceStartException("Service " + next.title() + " cannot be started: " + e, e));
        }
        Optional<Admission> before = active.switchTo(started);
        if (before.isEmpty()) {
            started.close();
            return new Outcome.Stopped();
        }
        LOG.info("Service {} serves", next.title());
        if (old.isPresent()) {
            status.swap(SwapState.DRAINING, from, to, Optional.empty(), attempts);
            retire(before.get(), old.get(), config.drainTimeout());
        }
        status.swap(SwapState.IDLE, from, to, Optional.empty(), attempts);
        return new Outcome.Switched();
    }

    /** Starts a service that clients wait for, and checks its health. */
    IsolatedService startHealthy(BundledService bundled) throws ServiceStartException {
        return startHealthy(bundled, PauseWhileBusy.NEVER);
    }

    private IsolatedService startHealthy(BundledService bundled, PauseWhileBusy pauses) throws ServiceStartException {
        IsolatedService service = starter.start(bundled, pauses);
        Health health = service.health();
        if (!health.up()) {
            service.close();
            throw new ServiceStartException(
                    "Service " + bundled.title() + " started but is not healthy: " + health.detail(), null);
        }
        LOG.info("Service {} is healthy", bundled.title());
        return service;
    }

    private IsolatedService startWarm(BundledService next) throws ServiceStartException {
        config.pauses().pause(PAUSE_BEFORE_START);
        IsolatedService service = startHealthy(next, config.pauses());
        boolean warm = false;
        try {
            WarmUp.run(service, config.pauses());
            warm = true;
            return service;
        } finally {
            if (!warm) {
                service.close();
            }
        }
    }

    /** Waits for the requests in flight of a service that receives no new ones, and closes it. */
    static void retire(Admission admission, IsolatedService old, Duration timeout) throws InterruptedException {
        try {
            long left = admission.drain(timeout);
            if (left > 0) {
                LOG.warn(
                        "Service {}: gave up waiting for {} requests in flight",
                        old.bundled().title(),
                        left);
            }
        } finally {
            old.close();
        }
        LOG.info("Service {} is closed", old.bundled().title());
    }
}

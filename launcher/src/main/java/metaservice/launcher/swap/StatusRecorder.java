package metaservice.launcher.swap;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import metaservice.migrations.ServiceVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the status of one supervisor and changes it by legal moves only. Thread-safe. */
final class StatusRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(StatusRecorder.class);

    private final Clock clock;
    private final AtomicReference<ServingStatus> status;
    private volatile Runnable listener = () -> {};

    StatusRecorder(Clock clock) {
        this.clock = clock;
        this.status = new AtomicReference<>(ServingStatus.initial(clock.instant()));
    }

    /** Calls the listener after each change from now on, on the thread that makes it; replaces an earlier listener. */
    void onChange(Runnable next) {
        listener = next;
    }

    ServingStatus current() {
        return status.get();
    }

    /** Changes the state of the service and keeps the version. */
    void service(ServiceState state) {
        update(current -> current.service(state, current.version(), clock.instant()));
    }

    /** A service with this version serves from now on. */
    void serving(ServiceVersion version) {
        update(current -> current.service(ServiceState.SERVING, Optional.of(version), clock.instant()));
    }

    /** Changes the state of the swap; {@link ServingStatus.Swap} describes the parameters. */
    void swap(
            SwapState state,
            Optional<ServiceVersion> from,
            Optional<ServiceVersion> to,
            Optional<String> reason,
            int attempts) {
        update(current -> current.swap(new ServingStatus.Swap(state, from, to, reason, attempts, clock.instant())));
    }

    /** Makes one move. An illegal move is a bug in this package: it is logged and ignored. */
    private void update(Function<ServingStatus, Optional<ServingStatus>> move) {
        while (true) {
            ServingStatus current = status.get();
            Optional<ServingStatus> next = move.apply(current);
            if (next.isEmpty()) {
                // STOPPING may be entered between any two steps of a swap.
                if (current.state() != ServiceState.STOPPING) {
                    LOG.error("Ignored an illegal change of the status {}", current.members());
                }
                return;
            }
            if (status.compareAndSet(current, next.get())) {
                listener.run();
                return;
            }
        }
    }
}

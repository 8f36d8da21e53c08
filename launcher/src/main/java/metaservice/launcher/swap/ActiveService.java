package metaservice.launcher.swap;

import java.time.Duration;
import java.util.Optional;
import metaservice.launcher.http.Admission;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.IsolatedService;

/**
 * The service that receives the requests of one front door. After {@link #stop} it is not replaced any more.
 * Thread-safe.
 */
final class ActiveService {

    private final FrontDoor frontDoor;
    private final StatusRecorder status;

    private Optional<IsolatedService> serving = Optional.empty();
    private Optional<BundledService> last = Optional.empty();
    private long servingSince = System.nanoTime();
    private boolean stopping;

    ActiveService(FrontDoor frontDoor, StatusRecorder status) {
        this.frontDoor = frontDoor;
        this.status = status;
    }

    /** The service that receives requests; empty before the first one, and after one was removed. */
    synchronized Optional<IsolatedService> serving() {
        return serving;
    }

    /** The service that received requests last, whether or not it still does; empty before the first one. */
    synchronized Optional<BundledService> last() {
        return last;
    }

    /** The time since the last switch to a service. */
    synchronized Duration servingFor() {
        return Duration.ofNanos(System.nanoTime() - servingSince);
    }

    /**
     * Sends all further requests to a service.
     *
     * @return the handler before and its requests in flight, to be drained by the caller; empty if stopping: nothing
     *     was changed then
     */
    synchronized Optional<Admission> switchTo(IsolatedService next) {
        if (stopping) {
            return Optional.empty();
        }
        serving = Optional.of(next);
        last = Optional.of(next.bundled());
        Admission before = frontDoor.serve(next.handler());
        servingSince = System.nanoTime();
        status.serving(next.bundled().version());
        return Optional.of(before);
    }

    /**
     * Removes the service, if there is one: all further requests get the same answer.
     *
     * @return as {@link #switchTo}
     */
    synchronized Optional<Admission> remove(CannedAnswer answer) {
        if (stopping) {
            return Optional.empty();
        }
        boolean served = serving.isPresent();
        serving = Optional.empty();
        Admission before = frontDoor.serve(answer);
        if (served) {
            status.service(ServiceState.DOWN);
        }
        return Optional.of(before);
    }

    /** Excludes further switches. Returns at once. */
    synchronized void stop() {
        if (!stopping) {
            stopping = true;
            status.service(ServiceState.STOPPING);
        }
    }

    synchronized boolean isStopping() {
        return stopping;
    }

    /** Closes the service, if there is one. To be called after {@link #stop}. */
    void close() {
        Optional<IsolatedService> open;
        synchronized (this) {
            open = serving;
            serving = Optional.empty();
        }
        open.ifPresent(IsolatedService::close);
    }
}

package metaservice.launcher.swap;

import java.time.Duration;
import metaservice.launcher.service.PauseWhileBusy;

/**
 * Time limits and switches of a supervisor.
 *
 * @param drainTimeout longest wait for the requests in flight in a service that is replaced; zero does not wait
 * @param pollInterval time between two reads of the schema without a notification, more than zero
 * @param swaps whether a version may be replaced by another one without a restart of the process
 * @param pauses pauses between the requests of a warm-up
 */
public record SwapConfig(Duration drainTimeout, Duration pollInterval, boolean swaps, PauseWhileBusy pauses) {}

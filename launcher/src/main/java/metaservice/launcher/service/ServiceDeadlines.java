package metaservice.launcher.service;

import java.time.Duration;

/**
 * The maximum durations of calls into a service, all more than zero. A call that takes longer is interrupted, and the
 * launcher continues without its result.
 *
 * @param start from loading the first class until the service can answer requests
 * @param health one health check; more than the 5 s that a service waits for its database
 * @param close from the call until the service has released its resources
 */
public record ServiceDeadlines(Duration start, Duration health, Duration close) {

    public static final ServiceDeadlines DEFAULTS =
            new ServiceDeadlines(Duration.ofSeconds(60), Duration.ofSeconds(8), Duration.ofSeconds(10));
}

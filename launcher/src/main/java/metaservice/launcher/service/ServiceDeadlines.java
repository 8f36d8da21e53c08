package metaservice.launcher.service;

import java.time.Duration;

/**
 * The longest that calls into a service may take. A call that takes longer is interrupted, and the launcher goes on
 * without its result. All are more than zero.
 *
 * @param start from loading the first class of the service until it can answer requests
 * @param health one health check; more than the 5 s that a service itself waits for its database
 * @param close until everything that the service opened is released
 */
public record ServiceDeadlines(Duration start, Duration health, Duration close) {

    public static final ServiceDeadlines DEFAULTS =
            new ServiceDeadlines(Duration.ofSeconds(60), Duration.ofSeconds(8), Duration.ofSeconds(10));
}

package metaservice.tools;

import java.time.Duration;

/**
 * How long the tool waits.
 *
 * @param connect longest wait for a connection
 * @param answer longest wait for the answer to a question
 * @param upgrade longest wait for an upgrade, all requests together
 * @param pause time between the first two requests while an upgrade is still running; doubles up to eight times that
 */
record Timeouts(Duration connect, Duration answer, Duration upgrade, Duration pause) {

    /** An upgrade gets the 15 minutes that serverless callers of the same API have. */
    static final Timeouts DEFAULTS = new Timeouts(
            Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(900), Duration.ofSeconds(2));
}

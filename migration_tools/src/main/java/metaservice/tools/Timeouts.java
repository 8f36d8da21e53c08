package metaservice.tools;

import java.time.Duration;

/**
 * Timeouts of the tool.
 *
 * @param connect longest wait for a connection
 * @param response longest wait for the response to a read request
 * @param upgrade longest wait for an upgrade, all requests together
 * @param poll pause between two looks at the status while waiting for a state
 * @param firstPause pause between the first two requests while an upgrade runs; doubles up to eight times this
 */
record Timeouts(Duration connect, Duration response, Duration upgrade, Duration poll, Duration firstPause) {

    /** 15 minutes for an upgrade, which is the limit of serverless callers of the same API. */
    static final Timeouts DEFAULTS = new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(900),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2));
}

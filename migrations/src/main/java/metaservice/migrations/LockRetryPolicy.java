package metaservice.migrations;

import java.time.Duration;

/**
 * How long an upgrade puts up with others.
 *
 * @param forOtherUpgrade longest wait for an upgrade that runs elsewhere on the same database
 * @param attempts how often a migration is tried that cannot have its locks; 1 or more
 * @param firstPause between the first two attempts; doubles from one to the next
 * @param longestPause where the doubling ends
 */
record LockRetryPolicy(Duration forOtherUpgrade, int attempts, Duration firstPause, Duration longestPause) {

    /** About five minutes of attempts. */
    static final LockRetryPolicy DEFAULTS =
            new LockRetryPolicy(Duration.ofMinutes(10), 70, Duration.ofMillis(100), Duration.ofSeconds(5));

    /** The same with another wait for an upgrade that runs elsewhere. */
    LockRetryPolicy waitingForOthers(Duration longest) {
        return new LockRetryPolicy(longest, attempts, firstPause, longestPause);
    }

    /** The pause after an attempt, counted from 1. */
    Duration pauseAfter(int attempt) {
        Duration doubled = firstPause.multipliedBy(1L << Math.min(attempt - 1, 20));
        return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
    }
}

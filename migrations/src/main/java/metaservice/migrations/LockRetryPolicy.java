package metaservice.migrations;

import java.time.Duration;

/**
 * How long an upgrade waits for another upgrade, and how often it retries a migration that cannot acquire its locks.
 *
 * @param otherUpgradeTimeout longest wait for an upgrade of the same database by another node
 * @param maxAttempts most attempts of a migration, 1 or more
 * @param initialDelay delay after the first attempt; doubles after each further attempt
 * @param maxDelay upper limit of the delay
 */
record LockRetryPolicy(Duration otherUpgradeTimeout, int maxAttempts, Duration initialDelay, Duration maxDelay) {

    /** Retries for about five minutes. */
    static final LockRetryPolicy DEFAULTS =
            new LockRetryPolicy(Duration.ofMinutes(10), 70, Duration.ofMillis(100), Duration.ofSeconds(5));

    /** A copy with another timeout for an upgrade by another node. */
    LockRetryPolicy withOtherUpgradeTimeout(Duration timeout) {
        return new LockRetryPolicy(timeout, maxAttempts, initialDelay, maxDelay);
    }

    /** The delay after an attempt, counted from 1. */
    Duration delayAfter(int attempt) {
        Duration doubled = initialDelay.multipliedBy(1L << Math.min(attempt - 1, 20));
        return doubled.compareTo(maxDelay) < 0 ? doubled : maxDelay;
    }
}

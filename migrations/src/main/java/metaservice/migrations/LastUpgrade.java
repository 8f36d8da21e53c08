package metaservice.migrations;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The last upgrade that ended, as recorded in the database.
 *
 * @param from schema version before the upgrade
 * @param to target schema version
 * @param startedAt start time by the clock of the database server
 * @param duration how long it took; empty if it was interrupted, because its end was not recorded
 * @param outcome how it ended
 * @param detail what was repaired, or why it failed; empty otherwise
 */
public record LastUpgrade(
        SchemaVersion from,
        SchemaVersion to,
        Instant startedAt,
        Optional<Duration> duration,
        Outcome outcome,
        String detail) {

    /** How an upgrade ended. */
    public enum Outcome {
        /** The schema is at the target version. */
        UPGRADED,
        /** It failed; the detail says why. */
        FAILED,
        /** Its process, its node or its connection ended before the upgrade did; the next upgrade resumes it. */
        INTERRUPTED
    }
}

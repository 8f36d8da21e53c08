package metaservice.migrations;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The last upgrade that is over, as the database remembers it.
 *
 * @param from where the schema stood before
 * @param to where it should lead
 * @param startedAt by the clock of the database
 * @param duration how long it took; absent if it was interrupted, because nobody was left to see the end
 * @param outcome what came of it
 * @param detail what was repaired, or why it did not succeed; empty if there is nothing to add
 */
public record LastUpgrade(
        SchemaVersion from,
        SchemaVersion to,
        Instant startedAt,
        Optional<Duration> duration,
        Outcome outcome,
        String detail) {

    /** How an upgrade can end. */
    public enum Outcome {
        /** The schema is where it should be. */
        UPGRADED,
        /** It gave up with a reason. */
        FAILED,
        /** Its process, its node or its connection was gone before the end; the next upgrade resumes it. */
        INTERRUPTED
    }
}

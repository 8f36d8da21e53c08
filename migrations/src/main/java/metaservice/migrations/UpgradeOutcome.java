package metaservice.migrations;

import java.time.Duration;
import java.util.List;

/** The outcome of an upgrade. */
public sealed interface UpgradeOutcome {

    /**
     * This call applied migrations, repaired the schema, or adopted a database of the reference implementation.
     *
     * @param from schema version before
     * @param to schema version after; equal to {@code from} if no migration was pending
     * @param repaired descriptions of the repaired differences, one clause each
     */
    record Upgraded(SchemaVersion from, SchemaVersion to, List<String> repaired) implements UpgradeOutcome {

        /** Copies the list. */
        public Upgraded {
            repaired = List.copyOf(repaired);
        }

        /** An upgrade without repairs. */
        public Upgraded(SchemaVersion from, SchemaVersion to) {
            this(from, to, List.of());
        }
    }

    /**
     * Nothing was pending, possibly because another node upgraded while this call waited.
     *
     * @param at schema version; not below the target
     */
    record AlreadyCurrent(SchemaVersion at) implements UpgradeOutcome {}

    /**
     * No migration was started, because this build does not upgrade this database, or because its schema differs from
     * its ledger and cannot be repaired.
     *
     * @param found schema version
     * @param reason one sentence: what was found
     * @param remedy one sentence: what the operator can do
     */
    record Refused(SchemaVersion found, String reason, String remedy) implements UpgradeOutcome {}

    /**
     * Another node upgraded this database during the whole wait. Its upgrade continues; the schema status shows its
     * progress, and another call waits for it again.
     *
     * @param at schema version when this call began to wait
     * @param waited how long this call waited
     */
    record RunningElsewhere(SchemaVersion at, Duration waited) implements UpgradeOutcome {}

    /**
     * The upgrade failed. Migrations before the failed one are applied; another upgrade resumes.
     *
     * @param at last known schema version; zero if it is unknown
     * @param reason one sentence for the operator
     * @param cause for the log
     */
    record Failed(SchemaVersion at, String reason, Throwable cause) implements UpgradeOutcome {}
}

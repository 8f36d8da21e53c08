package metaservice.migrations;

import java.time.Duration;
import java.util.List;

/** What came of an upgrade; every case carries what its reader needs next. */
public sealed interface UpgradeOutcome {

    /**
     * This call applied migrations, repaired the schema, or took a database over from the reference implementation.
     *
     * @param from where the schema stood before
     * @param to where it stands now; the same if only something else was to do
     * @param repaired what was not as the ledger said and has been made so, one clause each
     */
    record Upgraded(SchemaVersion from, SchemaVersion to, List<String> repaired) implements UpgradeOutcome {

        /** Copies the list. */
        public Upgraded {
            repaired = List.copyOf(repaired);
        }

        /** Nothing had to be repaired. */
        public Upgraded(SchemaVersion from, SchemaVersion to) {
            this(from, to, List.of());
        }
    }

    /**
     * Nothing was left to do, perhaps because another node did it while this call waited.
     *
     * @param at where the schema stands; not below the target
     */
    record AlreadyCurrent(SchemaVersion at) implements UpgradeOutcome {}

    /**
     * No migration was tried, because the database is not one that this build upgrades, or its schema is not what its
     * ledger says and cannot be repaired.
     *
     * @param found where the schema stands
     * @param reason one sentence: what was found
     * @param remedy one sentence: what the operator can do
     */
    record Refused(SchemaVersion found, String reason, String remedy) implements UpgradeOutcome {}

    /**
     * Another node held the right to upgrade this database for as long as this call waits. Its upgrade goes on; the status
     * of the schema tells how far it is, and another call waits for it again.
     *
     * @param at where the schema stood when this call began to wait
     * @param waited how long this call waited for the other upgrade
     */
    record RunningElsewhere(SchemaVersion at, Duration waited) implements UpgradeOutcome {}

    /**
     * It was tried and did not succeed. Migrations before the failed one are applied; trying again resumes.
     *
     * @param at where the schema stood when last seen; zero if it was never seen
     * @param reason one sentence for the operator
     * @param cause for the log
     */
    record Failed(SchemaVersion at, String reason, Throwable cause) implements UpgradeOutcome {}
}

package metaservice.migrations;

/** What came of an upgrade; every case carries what its reader needs next. */
public sealed interface UpgradeOutcome {

    /**
     * This call applied migrations.
     *
     * @param from where the schema stood before
     * @param to where it stands now
     */
    record Upgraded(SchemaVersion from, SchemaVersion to) implements UpgradeOutcome {}

    /**
     * Nothing was left to do, perhaps because another node did it while this call waited.
     *
     * @param at where the schema stands; not below the target
     */
    record AlreadyCurrent(SchemaVersion at) implements UpgradeOutcome {}

    /**
     * Nothing was tried, because the database is not one that this build upgrades.
     *
     * @param found where the schema stands
     * @param reason one sentence: what was found
     * @param remedy one sentence: what the operator can do
     */
    record Refused(SchemaVersion found, String reason, String remedy) implements UpgradeOutcome {}

    /**
     * It was tried and did not succeed. Migrations before the failed one are applied; trying again resumes.
     *
     * @param at where the schema stood when last seen; zero if it was never seen
     * @param reason one sentence for the operator
     * @param cause for the log
     */
    record Failed(SchemaVersion at, String reason, Throwable cause) implements UpgradeOutcome {}
}

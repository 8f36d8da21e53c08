package metaservice.migrations;

import java.util.Optional;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Refused;

/** Whether there is anything to upgrade, and whether we may; decided from values alone. */
final class UpgradeDecision {

    private UpgradeDecision() {}

    /**
     * What an upgrade comes to without trying; empty if there is work to do.
     *
     * @param ledgerVersion what our ledger says, even if the tables are gone
     */
    static Optional<UpgradeOutcome> settled(SchemaStatus status, SchemaVersion ledgerVersion, SchemaVersion target) {
        return switch (status.state()) {
            case EMPTY -> emptyDatabase(status, ledgerVersion, target);
            case NO_LEDGER ->
                refused(
                        status,
                        "The database has the tables but no ledger that says which migrations made them.",
                        "Let the reference's migration tool record them, or start with an empty database.");
            case GOOSE ->
                refused(
                        status,
                        "The schema is recorded in goose's ledger (goose_db_version), which this version cannot take over yet.",
                        "Upgrade with the reference's migration tool; the services run on the schema as it is.");
            case FLYWAY -> ours(status, target);
        };
    }

    private static Optional<UpgradeOutcome> emptyDatabase(
            SchemaStatus status, SchemaVersion ledgerVersion, SchemaVersion target) {
        if (ledgerVersion.equals(SchemaVersion.ZERO)) {
            return unknownTarget(status, target);
        }
        return refused(
                status,
                "The ledger says schema " + ledgerVersion + ", but there is no table flows_v3.",
                "Restore the tables, or drop table " + SchemaReader.LEDGER + " to begin with an empty database.");
    }

    private static Optional<UpgradeOutcome> ours(SchemaStatus status, SchemaVersion target) {
        if (!status.isKnown()) {
            return refused(
                    status,
                    "Schema " + status.schemaVersion() + " was made by another build; this one knows "
                            + status.bundled() + ".",
                    "Upgrade with the build that made it, or with a newer one.");
        }
        if (status.schemaVersion().compareTo(target) >= 0) {
            return Optional.of(new AlreadyCurrent(status.schemaVersion()));
        }
        return unknownTarget(status, target);
    }

    private static Optional<UpgradeOutcome> unknownTarget(SchemaStatus status, SchemaVersion target) {
        return status.bundled().contains(target)
                ? Optional.empty()
                : refused(
                        status,
                        "There is no migration to schema " + target + " in this build.",
                        "Choose one of " + status.bundled() + ".");
    }

    private static Optional<UpgradeOutcome> refused(SchemaStatus status, String reason, String remedy) {
        return Optional.of(new Refused(status.schemaVersion(), reason, remedy));
    }
}

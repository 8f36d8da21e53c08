package metaservice.migrations;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Refused;

/** Whether there is anything to upgrade, and whether we may; decided from values alone. */
final class UpgradeDecision {

    private UpgradeDecision() {}

    /** What an upgrade comes to without trying; empty if there is work to do. */
    static Optional<UpgradeOutcome> settled(Inspection found, SchemaVersion target) {
        SchemaStatus status = found.status();
        if (status.state() == SchemaState.EMPTY) {
            return emptyDatabase(status, found.ledgerVersion(), target);
        }
        if (!status.isKnown()) {
            return refused(
                    status,
                    "Schema " + status.schemaVersion() + " was made by another build; this one knows "
                            + status.bundled() + ".",
                    "Upgrade with the build that made it, or with a newer one.");
        }
        return withTables(found, target);
    }

    private static Optional<UpgradeOutcome> emptyDatabase(
            SchemaStatus status, SchemaVersion ledgerVersion, SchemaVersion target) {
        if (ledgerVersion.equals(SchemaVersion.ZERO)) {
            return unknownTarget(status, target);
        }
        return refused(
                status,
                "The ledger says schema " + ledgerVersion + ", but there is no table flows_v3.",
                "Restore the tables, or drop table " + Names.LEDGER + " to begin with an empty database.");
    }

    private static Optional<UpgradeOutcome> withTables(Inspection found, SchemaVersion target) {
        SchemaStatus status = found.status();
        int toGo = target.compareTo(status.schemaVersion());
        if (toGo < 0 || (toGo == 0 && isInOrder(found))) {
            return Optional.of(new AlreadyCurrent(status.schemaVersion()));
        }
        Optional<UpgradeOutcome> unknown = unknownTarget(status, target);
        return unknown.isPresent() || isOursAlready(found, toGo) ? unknown : beyondRepair(status);
    }

    /** Nothing that an upgrade without migrations could do. */
    private static boolean isInOrder(Inspection found) {
        return found.status().state() == SchemaState.FLYWAY
                && found.ledgersAgree()
                && found.status().drift().stream().noneMatch(Repair::isPossible);
    }

    /** Then what cannot be repaired stays as it was before, in the status, and hinders nothing. */
    private static boolean isOursAlready(Inspection found, int toGo) {
        return toGo == 0 && found.status().state() == SchemaState.FLYWAY;
    }

    private static Optional<UpgradeOutcome> beyondRepair(SchemaStatus status) {
        List<SchemaDifference> lost = status.drift().stream()
                .filter(Predicate.not(Repair::isPossible))
                .toList();
        return lost.isEmpty() ? Optional.empty() : Optional.of(drifted(status, join(lost)));
    }

    /** The refusal of a schema that is not what its ledger says and cannot be made so. */
    static UpgradeOutcome drifted(SchemaStatus status, String what) {
        String says = switch (status.state()) {
            case NO_LEDGER -> "There is no ledger, and the tables are not those of the first version";
            default -> "The ledger says schema " + status.schemaVersion() + ", but the tables are not those of it";
        };
        String remedy = switch (status.state()) {
            case NO_LEDGER ->
                "Record in goose_db_version which of the reference's migrations made them, or make them right by"
                        + " hand, and upgrade again.";
            default -> "Make that right by hand, or correct the ledger, and upgrade again.";
        };
        return new Refused(status.schemaVersion(), says + ": " + what + ".", remedy);
    }

    private static String join(List<SchemaDifference> differences) {
        return differences.stream().map(SchemaDifference::toString).collect(Collectors.joining("; "));
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

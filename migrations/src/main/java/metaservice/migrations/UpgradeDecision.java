package metaservice.migrations;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Refused;

/** Decides whether an upgrade has work to do and whether it is allowed. Pure functions of values. */
final class UpgradeDecision {

    private UpgradeDecision() {}

    /** The outcome if it is known without applying anything; empty if there is work to do. */
    static Optional<UpgradeOutcome> immediateOutcome(Inspection found, SchemaVersion target) {
        SchemaStatus status = found.status();
        if (status.state() == SchemaState.EMPTY) {
            return emptyDatabase(status, found.ledgerVersion(), found.location().ledger(), target);
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
            SchemaStatus status, SchemaVersion ledgerVersion, String ledger, SchemaVersion target) {
        if (ledgerVersion.equals(SchemaVersion.ZERO)) {
            return unknownTarget(status, target);
        }
        return refused(
                status,
                "The ledger says schema " + ledgerVersion + ", but there is no table flows_v3.",
                "Restore the tables, or drop table " + ledger + " to begin with an empty database.");
    }

    private static Optional<UpgradeOutcome> withTables(Inspection found, SchemaVersion target) {
        SchemaStatus status = found.status();
        int distance = target.compareTo(status.schemaVersion());
        if (distance < 0 || (distance == 0 && isNothingToDo(found))) {
            return Optional.of(new AlreadyCurrent(status.schemaVersion()));
        }
        Optional<UpgradeOutcome> unknown = unknownTarget(status, target);
        return unknown.isPresent() || isOwnAndAtTarget(found, distance) ? unknown : refusalIfUnrepairable(status);
    }

    /** Whether an upgrade without migrations would change nothing. */
    private static boolean isNothingToDo(Inspection found) {
        return found.status().state() == SchemaState.FLYWAY
                && found.ledgersAgree()
                && found.status().drift().stream().noneMatch(SchemaRepair::isPossible);
    }

    /**
     * At the target version of our own ledger, drift that cannot be repaired is reported in the status and does not
     * prevent the upgrade.
     */
    private static boolean isOwnAndAtTarget(Inspection found, int distance) {
        return distance == 0 && found.status().state() == SchemaState.FLYWAY;
    }

    private static Optional<UpgradeOutcome> refusalIfUnrepairable(SchemaStatus status) {
        List<SchemaDifference> unrepairable = status.drift().stream()
                .filter(Predicate.not(SchemaRepair::isPossible))
                .toList();
        return unrepairable.isEmpty() ? Optional.empty() : Optional.of(driftRefusal(status, join(unrepairable)));
    }

    /** The refusal of a schema that differs from its ledger and cannot be repaired. */
    static UpgradeOutcome driftRefusal(SchemaStatus status, String what) {
        String finding = switch (status.state()) {
            case NO_LEDGER -> "There is no ledger, and the tables differ from those of the first version";
            default -> "The ledger says schema " + status.schemaVersion() + ", but the tables differ from that version";
        };
        String remedy = switch (status.state()) {
            case NO_LEDGER ->
                "Record the applied migrations of the reference in goose_db_version, or correct the tables by hand,"
                        + " and upgrade again.";
            default -> "Correct the tables or the ledger by hand, and upgrade again.";
        };
        return new Refused(status.schemaVersion(), finding + ": " + what + ".", remedy);
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

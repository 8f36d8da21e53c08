package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeDecisionTest {

    private static final Location LOCATION =
            new Location(new DatabaseSchema(2200, "public", "public"), Ledgers.DEFAULT_NAME, true);

    private static final List<SchemaVersion> BUNDLED =
            List.of(new SchemaVersion(1), new SchemaVersion(20), new SchemaVersion(30));
    private static final SchemaDifference REPAIRABLE =
            new SchemaDifference(SchemaObject.Kind.INDEX, "runs_v3", "i", "CREATE INDEX i", "");
    private static final SchemaDifference UNREPAIRABLE =
            new SchemaDifference(SchemaObject.Kind.TABLE, "runs_v3", "runs_v3", "", "");

    @ParameterizedTest(name = "{0} at {1}, ledger {2}, agreeing {3}, {4}, to {5}: {6}")
    @CsvSource({
        "EMPTY,      0,  0, false, as it should be, 30, work",
        "EMPTY,      0,  0, false, as it should be,  1, work",
        "EMPTY,      0,  0, false, as it should be, 25, Refused", // unknown target
        "EMPTY,      0, 20, false, as it should be, 30, Refused", // the tables are missing
        "NO_LEDGER,  0,  0, false, as it should be, 30, work",
        "NO_LEDGER,  0,  0, false, repairable,      30, work",
        "NO_LEDGER,  0,  0, false, unrepairable,            30, Refused",
        "GOOSE,      0,  0, false, as it should be, 30, work",
        "GOOSE,     20,  0, false, as it should be, 30, work",
        "GOOSE,     30,  0, false, as it should be, 30, work", // adoption without migrations
        "GOOSE,     30,  0, false, as it should be, 20, AlreadyCurrent", // never down
        "GOOSE,     20,  0, false, repairable,      30, work",
        "GOOSE,     20,  0, false, unrepairable,            30, Refused",
        "GOOSE,     30,  0, false, unrepairable,            30, Refused",
        "GOOSE,     40,  0, false, as it should be, 30, Refused", // made by a newer reference
        "FLYWAY,     0,  0, false, as it should be, 30, work", // killed before the first migration was recorded
        "FLYWAY,    20, 20,  true, as it should be, 30, work",
        "FLYWAY,    20, 20,  true, unrepairable,            30, Refused",
        "FLYWAY,    20, 20,  true, as it should be, 25, Refused",
        "FLYWAY,    20, 20,  true, as it should be, 20, AlreadyCurrent",
        "FLYWAY,    20, 20, false, as it should be, 20, work", // goose's ledger is incomplete
        "FLYWAY,    20, 20,  true, repairable,      20, work",
        "FLYWAY,    20, 20,  true, unrepairable,            20, AlreadyCurrent", // nothing can be repaired
        "FLYWAY,    20, 20,  true, mixed,            20, work", // repairs what can be repaired
        "FLYWAY,    20, 20,  true, mixed,            30, Refused",
        "FLYWAY,    30, 30, false, repairable,      20, AlreadyCurrent", // never down
        "FLYWAY,    40, 40, false, as it should be, 30, Refused", // from a newer build
        "FLYWAY,    15, 15, false, as it should be, 30, Refused" // from some other build
    })
    void decisionDependsOnStateLedgersAndDrift(
            SchemaState state, long at, long ledger, boolean agreeing, String drift, long target, String expected) {
        SchemaStatus status =
                new SchemaStatus(state, new SchemaVersion(at), BUNDLED, List.of(), false, Optional.empty());
        Inspection found =
                new Inspection(status.withDrift(differences(drift)), LOCATION, new SchemaVersion(ledger), agreeing);
        String decision = UpgradeDecision.immediateOutcome(found, new SchemaVersion(target))
                .map(outcome -> outcome.getClass().getSimpleName())
                .orElse("work");
        assertEquals(expected, decision);
    }

    private static List<SchemaDifference> differences(String drift) {
        return switch (drift) {
            case "repairable" -> List.of(REPAIRABLE);
            case "unrepairable" -> List.of(UNREPAIRABLE);
            case "mixed" -> List.of(REPAIRABLE, UNREPAIRABLE);
            default -> List.of();
        };
    }
}

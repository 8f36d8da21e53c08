package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeDecisionTest {

    private static final List<SchemaVersion> BUNDLED =
            List.of(new SchemaVersion(1), new SchemaVersion(20), new SchemaVersion(30));

    @ParameterizedTest(name = "{0} at {1}, ledger {2}, to {3}: {4}")
    @CsvSource({
        "EMPTY,      0,  0, 30, work",
        "EMPTY,      0,  0,  1, work",
        "EMPTY,      0,  0, 25, Refused", // no such migration
        "EMPTY,      0, 20, 30, Refused", // the tables are gone
        "NO_LEDGER,  0,  0, 30, Refused",
        "GOOSE,     20,  0, 30, Refused",
        "GOOSE,     30,  0, 30, Refused",
        "FLYWAY,     0,  0, 30, work", // killed before the first migration was recorded
        "FLYWAY,    20, 20, 30, work",
        "FLYWAY,    20, 20, 25, Refused",
        "FLYWAY,    20, 20, 20, AlreadyCurrent",
        "FLYWAY,    30, 30, 20, AlreadyCurrent", // never down
        "FLYWAY,    40, 40, 30, Refused", // from a newer build
        "FLYWAY,    15, 15, 30, Refused" // from some other build
    })
    void upgradeIsWorkOrSettled(SchemaState state, long at, long ledger, long target, String expected) {
        SchemaStatus status =
                new SchemaStatus(state, new SchemaVersion(at), BUNDLED, List.of(), false, Optional.empty());
        String decision = UpgradeDecision.settled(status, new SchemaVersion(ledger), new SchemaVersion(target))
                .map(outcome -> outcome.getClass().getSimpleName())
                .orElse("work");
        assertEquals(expected, decision);
    }
}

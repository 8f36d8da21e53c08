package metaservice.migrations;

import java.util.List;

/** The outcome of a repair. */
public sealed interface RepairOutcome {

    /**
     * The repair ended.
     *
     * @param repaired what was changed; empty if there was nothing to do
     * @param left what is still not as expected, and needs an operator
     */
    record Repaired(List<RepairFinding> repaired, List<RepairFinding> left) implements RepairOutcome {

        /** Copies the lists. */
        public Repaired {
            repaired = List.copyOf(repaired);
            left = List.copyOf(left);
        }
    }

    /**
     * Nothing was changed.
     *
     * @param reason one sentence: what was found
     * @param remedy one sentence: what the operator can do
     */
    record Refused(String reason, String remedy) implements RepairOutcome {}
}

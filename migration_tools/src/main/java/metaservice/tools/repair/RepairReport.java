package metaservice.tools.repair;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import metaservice.migrations.RepairFinding;
import metaservice.migrations.RepairOutcome.Repaired;

/**
 * What a repair says at its end.
 *
 * @param outcome what was changed and what is left
 * @param changes whether it was allowed to change anything
 */
record RepairReport(Repaired outcome, boolean changes) {

    /** Exit code: something is left to do. It is the code of {@code db-status --check} for drift. */
    private static final int LEFT = 12;

    int exitCode() {
        return outcome.left().isEmpty() ? 0 : LEFT;
    }

    /** Lines for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        outcome.repaired().forEach(finding -> lines.add("repaired: " + finding.what()));
        for (RepairFinding finding : outcome.left()) {
            boolean pending = finding.repairable() && !changes;
            lines.add((pending ? "repairable: " : "needs an operator: ") + finding.what());
            finding.sql().forEach(sql -> lines.add("    " + sql + (sql.startsWith("--") ? "" : ";")));
        }
        lines.add(summary());
        return lines;
    }

    private String summary() {
        long repairable =
                outcome.left().stream().filter(RepairFinding::repairable).count();
        if (outcome.left().isEmpty()) {
            return outcome.repaired().isEmpty()
                    ? "Nothing to repair."
                    : "Repaired: " + outcome.repaired().size() + ". Nothing is left to do.";
        }
        if (changes) {
            return "Repaired: " + outcome.repaired().size() + ". Left to an operator: "
                    + outcome.left().size() + ".";
        }
        return "Nothing was changed. repair --yes repairs " + repairable + " of "
                + outcome.left().size() + ".";
    }

    /** The JSON of {@code --json}. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("changed", !outcome.repaired().isEmpty());
        json.set("repaired", array(outcome.repaired()));
        json.set("left", array(outcome.left()));
        return json;
    }

    private static ArrayNode array(List<RepairFinding> findings) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (RepairFinding finding : findings) {
            ObjectNode one = array.addObject();
            one.put("what", finding.what());
            one.put("repairable", finding.repairable());
            finding.sql().forEach(one.putArray("sql")::add);
        }
        return array;
    }
}

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Map;
import java.util.Optional;

/**
 * A reviewed exception from the recordings: one step of one file answers differently, on purpose.
 *
 * @param file name of the transcript with its folder, such as {@code v3/flows.jsonl}
 * @param step the step's name; counts for every step of that name in the file
 * @param reason why ours is the better answer
 * @param status what is expected instead
 * @param body what is expected instead; empty if only the status counts
 */
public record AllowedDivergence(String file, String step, String reason, int status, Optional<JsonNode> body) {

    boolean concerns(String otherFile, String otherStep) {
        return file.equals(otherFile) && step.equals(otherStep);
    }

    Expectation expectation() {
        boolean anyBody = body.isEmpty();
        Match match = new Match(false, anyBody, false, false, Match.EXACT.also(), Match.EXACT.capture());
        return new Expectation(status, Map.of(), body.orElse(NullNode.getInstance()), match);
    }
}

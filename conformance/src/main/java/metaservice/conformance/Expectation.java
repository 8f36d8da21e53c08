package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A recorded answer and how exactly it has to be met.
 *
 * @param status HTTP status
 * @param headers headers that have to be there; more are fine
 * @param body JSON, or {@code {"text": …}} for a body that is not JSON
 * @param match the rules of the comparison
 */
public record Expectation(int status, Map<String, String> headers, JsonNode body, Match match) {

    /** Copies the headers. */
    public Expectation {
        headers = Map.copyOf(headers);
    }

    /** The same with other headers and another body. */
    Expectation with(Map<String, String> otherHeaders, JsonNode otherBody) {
        return new Expectation(status, otherHeaders, otherBody, match);
    }

    /** The same with the variables put in. */
    Expectation with(Variables variables) {
        Map<String, String> filled = new LinkedHashMap<>();
        headers.forEach((name, value) -> filled.put(name, variables.inText(value)));
        return with(filled, variables.in(body));
    }
}

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

    /** The same with another status. */
    public Expectation withStatus(int otherStatus) {
        return new Expectation(otherStatus, headers, body, match);
    }

    /** The same with another body. */
    public Expectation withBody(JsonNode otherBody) {
        return with(headers, otherBody);
    }

    /**
     * The same for a list that has more or fewer rows than were recorded: the shorter of the two has to be part of the
     * longer, whatever numbers the rows have in {@code id}.
     *
     * @param rows how many there have to be
     */
    public Expectation withRows(int rows) {
        return new Expectation(status, headers, body, match.withRows(rows));
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

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A recorded answer and the rules by which an actual one is compared with it.
 *
 * @param status HTTP status
 * @param headers required headers; additional headers are allowed
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
     * The same for a list that has more or fewer rows than were recorded: the longer list has to contain the shorter one;
     * the member {@code id} of rows is not compared.
     *
     * @param rows expected number of rows
     */
    public Expectation withRows(int rows) {
        return new Expectation(status, headers, body, match.withRows(rows));
    }

    /** The same with other headers and another body. */
    Expectation with(Map<String, String> otherHeaders, JsonNode otherBody) {
        return new Expectation(status, otherHeaders, otherBody, match);
    }

    /** The same with the references to variables replaced by their values. */
    Expectation with(Variables variables) {
        Map<String, String> filled = new LinkedHashMap<>();
        headers.forEach((name, value) -> filled.put(name, variables.inText(value)));
        return with(filled, variables.in(body));
    }
}

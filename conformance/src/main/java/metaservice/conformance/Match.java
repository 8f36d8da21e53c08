package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules by which an actual answer is compared with one recorded answer.
 *
 * @param unordered the outermost array of the body is compared as a set
 * @param anyBody only the status and the header {@code Allow} are compared
 * @param pgcode only {@code err_msg.pgcode} of the body is compared
 * @param exactTimes times are compared like any other number
 * @param also statuses that are accepted besides the recorded one: {@code 503}, or a whole class such as {@code 4xx}
 * @param rows expected number of items of the outermost array; the longer one of the actual and the recorded array has to
 *     contain the shorter one, without regard to {@code id}; empty if the arrays have to be equal; never set by a recording
 * @param capture variables to set from the answer: name to {@code header NAME} or {@code body.key.0.key}
 */
public record Match(
        boolean unordered,
        boolean anyBody,
        boolean pgcode,
        boolean exactTimes,
        List<String> also,
        OptionalInt rows,
        Map<String, String> capture) {

    /** Equal as JSON, with the rules that always apply. */
    static final Match EXACT = new Match(false, false, false, false, List.of(), OptionalInt.empty(), Map.of());

    private static final Set<String> RULES = Set.of("unordered", "any_body", "pgcode", "exact_ts", "also", "capture");

    /** Copies the lists. */
    public Match {
        also = List.copyOf(also);
        capture = Map.copyOf(capture);
    }

    /**
     * Reads a step's {@code match}.
     *
     * @throws IllegalArgumentException if it contains an unknown rule, because ignoring a rule would weaken the test
     */
    static Match of(JsonNode json) {
        Set<String> unknown = new TreeSet<>();
        json.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(RULES);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown match rules " + unknown + "; known are " + new TreeSet<>(RULES));
        }
        return new Match(
                json.path("unordered").asBoolean(),
                json.path("any_body").asBoolean(),
                json.path("pgcode").asBoolean(),
                json.path("exact_ts").asBoolean(),
                Fields.texts(json.path("also")),
                OptionalInt.empty(),
                Fields.textsByName(json.path("capture")));
    }

    Match withRows(int count) {
        return new Match(unordered, anyBody, pgcode, exactTimes, also, OptionalInt.of(count), capture);
    }

    boolean alsoAccepts(int status) {
        String text = Integer.toString(status);
        return also.stream().anyMatch(as -> as.equals(text) || (as.endsWith("xx") && as.charAt(0) == text.charAt(0)));
    }
}

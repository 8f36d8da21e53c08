package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * How exactly one recorded answer has to be met.
 *
 * @param unordered the body's top array is a set
 * @param anyBody only the status and {@code Allow} count
 * @param pgcode of the body only {@code err_msg.pgcode} counts
 * @param exactTimes times are compared like any other number
 * @param also statuses as good as the recorded one: {@code 503}, or a whole class such as {@code 4xx}
 * @param rows how many items the body's top array has to have, of which the recorded ones are a part, or they a part of
 *     the recorded ones, {@code id} aside; empty if it has to be the recorded array; no recording asks for this
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

    /** Equal as JSON, with the rules that always hold. */
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
     * @throws IllegalArgumentException if it holds a rule that is not known; a rule passed over would loosen the test
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

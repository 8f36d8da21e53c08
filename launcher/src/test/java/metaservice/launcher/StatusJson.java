package metaservice.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the status of a launcher has to show, whatever else it shows, and in whatever order. */
public final class StatusJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StatusJson() {}

    public static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    /**
     * Whether an object has these members, objects in it at least theirs.
     *
     * @param members such as {@code "swap": {"state": "idle", "from": "1.0.1"}}; braces at the end may be left out
     */
    public static boolean shows(String status, String members) {
        long open = members.chars().filter(c -> c == '{').count()
                - members.chars().filter(c -> c == '}').count();
        return contains(parse(status), parse("{" + members + "}".repeat(Math.toIntExact(open)) + "}"));
    }

    private static boolean contains(JsonNode shown, JsonNode expected) {
        if (!expected.isObject()) {
            return shown.equals(expected);
        }
        return expected.properties().stream()
                .allMatch(member ->
                        shown.has(member.getKey()) && contains(shown.get(member.getKey()), member.getValue()));
    }
}

package metaservice.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;

/** Reads and writes JSON for the recordings: numbers of any size stay exact, output is ASCII. Thread-safe. */
final class Json {

    private static final int MAX_BRIEF = 160;

    // Characters outside ASCII are escaped, because an unpaired surrogate can be sent as an escape but not as UTF-8.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private Json() {}

    /** The JSON value that is the whole text; empty if the text is not exactly one JSON value. */
    static Optional<JsonNode> parse(String text) {
        try {
            JsonNode value = MAPPER.readTree(text);
            return value.isMissingNode() ? Optional.empty() : Optional.of(value);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /**
     * A body in the form of the recordings: the JSON value if the text is an object, array, string or null, otherwise the
     * object {@code {"text": …}}.
     */
    static JsonNode body(String text) {
        return parse(text)
                .filter(value -> !value.isNumber() && !value.isBoolean())
                .orElseGet(() -> text(text));
    }

    /** The form in which recordings write a body that is not JSON. */
    static JsonNode text(String text) {
        return JsonNodeFactory.instance.objectNode().put("text", text);
    }

    /** Whether a recorded body has the form of {@link #text}. */
    static boolean isText(JsonNode body) {
        return body.isObject() && body.size() == 1 && body.path("text").isTextual();
    }

    static String write(JsonNode value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Jackson could not write a tree in memory", e);
        }
    }

    /** The value on one line, cut after {@value #MAX_BRIEF} characters, for messages. */
    static String brief(JsonNode value) {
        String text = write(value);
        return text.length() <= MAX_BRIEF ? text : text.substring(0, MAX_BRIEF) + "...";
    }
}

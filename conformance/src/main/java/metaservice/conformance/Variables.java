package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values that a transcript has captured so far. A reference {@code ${name}} is replaced by the value; references to unknown
 * names are not changed. For one thread.
 */
final class Variables {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w+)}");
    private static final String UNRESERVED = "_.-~";

    private final Map<String, JsonNode> values = new HashMap<>();

    void set(String name, String value) {
        values.put(name, JsonNodeFactory.instance.textNode(value));
    }

    /** Sets the variables that a step captures from its answer; a variable is unchanged if the answer lacks its value. */
    void capture(Map<String, String> sources, Answer answer) {
        sources.forEach((name, source) -> valueOf(source, answer).ifPresent(value -> values.put(name, value)));
    }

    String inText(String text) {
        return fill(text, UnaryOperator.identity());
    }

    String inAddress(String text) {
        return fill(text, Variables::percentEncoded);
    }

    /** Replaces references in every string; a string that is exactly one reference becomes the captured JSON value. */
    JsonNode in(JsonNode value) {
        if (value.isTextual()) {
            return inString(value.textValue());
        }
        if (value.isArray()) {
            ArrayNode filled = JsonNodeFactory.instance.arrayNode();
            value.forEach(item -> filled.add(in(item)));
            return filled;
        }
        if (value.isObject()) {
            ObjectNode filled = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(entry -> filled.set(entry.getKey(), in(entry.getValue())));
            return filled;
        }
        return value;
    }

    private JsonNode inString(String text) {
        Matcher reference = REFERENCE.matcher(text);
        return reference.matches() && values.containsKey(reference.group(1))
                ? values.get(reference.group(1))
                : JsonNodeFactory.instance.textNode(inText(text));
    }

    private String fill(String text, UnaryOperator<String> encoding) {
        return REFERENCE.matcher(text).replaceAll(reference -> {
            JsonNode value = values.get(reference.group(1));
            return Matcher.quoteReplacement(value == null ? reference.group() : encoding.apply(plain(value)));
        });
    }

    private static Optional<JsonNode> valueOf(String source, Answer answer) {
        if (source.startsWith("header ")) {
            return answer.header(source.substring("header ".length())).map(JsonNodeFactory.instance::textNode);
        }
        // body.key.0.key is the JSON pointer /key/0/key
        String pointer = source.substring("body".length()).replace('.', '/');
        return Optional.of(answer.body().at(pointer)).filter(value -> !value.isMissingNode());
    }

    private static String plain(JsonNode value) {
        return value.isTextual() ? value.textValue() : Json.write(value);
    }

    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
            encoded.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }
}

package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Formats a JSON value like Python's {@code print}. The tool of the reference prints the status in this format, and
 * scripts parse it.
 */
final class PythonFormat {

    private static final Map<Integer, String> ESCAPES =
            Map.of((int) '\\', "\\\\", (int) '\n', "\\n", (int) '\r', "\\r", (int) '\t', "\\t");

    private PythonFormat() {}

    static String format(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .map(entry -> quoted(entry.getKey()) + ": " + format(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(PythonFormat::format)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isBoolean()) {
            return value.booleanValue() ? "True" : "False";
        }
        if (value.isNull()) {
            return "None";
        }
        return value.isTextual() ? quoted(value.textValue()) : value.asText();
    }

    /** Quotes with single quotes, or with double quotes if the text contains single quotes only. */
    private static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> quoted.append(c == quote ? "\\" + quote : escaped(c)));
        return quoted.append(quote).toString();
    }

    private static String escaped(int codePoint) {
        if (ESCAPES.containsKey(codePoint)) {
            return ESCAPES.get(codePoint);
        }
        boolean control = codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0);
        return control ? String.format("\\x%02x", codePoint) : Character.toString(codePoint);
    }
}

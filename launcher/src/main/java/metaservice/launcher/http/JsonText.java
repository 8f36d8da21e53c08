package metaservice.launcher.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes the JSON objects of the launcher's own answers. */
public final class JsonText {

    private JsonText() {}

    /**
     * Writes an object whose values are strings, booleans, numbers, maps, lists of these, or {@code Optional}s, which
     * are null if empty. Members keep the order of the map.
     */
    public static String object(Map<?, ?> members) {
        return members.entrySet().stream()
                .map(member -> string(member.getKey().toString()) + ": " + value(member.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String value(Object value) {
        if (value instanceof Boolean || value instanceof Number) {
            return value.toString();
        }
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? value(optional.get()) : "null";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JsonText::value).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> members) {
            return object(members);
        }
        return string(value.toString());
    }

    private static String string(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}

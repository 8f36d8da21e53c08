package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Converts JSON arrays to PostgreSQL's array syntax. The reference stores an array in a text column in this syntax, and
 * Metaflow sends one: {@code foreach-stack} of a nested foreach is {@code ["numbers=1"]} and is stored as
 * <code>{numbers=1}</code>.
 */
final class ArrayText {

    /** Elements that PostgreSQL encloses in double quotes. */
    private static final Pattern QUOTED = Pattern.compile("|(?i:null)|.*[\\s,{}\"\\\\].*", Pattern.DOTALL);

    private ArrayText() {}

    /** The array in PostgreSQL's syntax; empty if it contains an object, which the syntax cannot express. */
    static Optional<String> of(JsonNode array) {
        List<String> elements = new ArrayList<>();
        for (JsonNode element : array) {
            Optional<String> text = element(element);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            elements.add(text.get());
        }
        return Optional.of("{" + String.join(",", elements) + "}");
    }

    private static Optional<String> element(JsonNode element) {
        return switch (element.getNodeType()) {
            case ARRAY -> of(element);
            case OBJECT -> Optional.empty();
            case NULL -> Optional.of("NULL");
            case BOOLEAN -> Optional.of(element.booleanValue() ? "t" : "f");
            case STRING -> Optional.of(text(element.textValue()));
            default -> Optional.of(element.asText());
        };
    }

    private static String text(String text) {
        return QUOTED.matcher(text).matches() ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text;
    }
}

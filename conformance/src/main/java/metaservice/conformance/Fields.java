package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads fields of a step's JSON; a field that is null counts as missing. */
final class Fields {

    private Fields() {}

    static Optional<JsonNode> optional(JsonNode json, String name) {
        return Optional.of(json.path(name)).filter(value -> !value.isMissingNode() && !value.isNull());
    }

    /** @throws IllegalArgumentException if the field is missing or not a string */
    static String text(JsonNode json, String name) {
        return optional(json, name)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': expected a string"));
    }

    /** @throws IllegalArgumentException if the field is missing or not a whole number */
    static int number(JsonNode json, String name) {
        return optional(json, name)
                .filter(JsonNode::canConvertToInt)
                .map(JsonNode::intValue)
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': expected a whole number"));
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    static Map<String, String> textsByName(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }
}

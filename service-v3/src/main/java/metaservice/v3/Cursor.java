package metaservice.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Json;

/**
 * Where the next page begins: base64 of a JSON object with what the last row of a page is ordered by (source: the
 * reference's {@code X-Next-Cursor}).
 */
final class Cursor {

    private static final Pattern NOT_BASE64 = Pattern.compile("[^A-Za-z0-9+/=]");
    private static final Pattern INTEGER = Pattern.compile("\\s*[+-]?[0-9]{1,100}\\s*");
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE);

    private Cursor() {}

    /** The cursor of a row. */
    static String of(List<Paged.Order> order, List<String> values) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i).isNumber()) {
                object.put(order.get(i).name(), Long.parseLong(values.get(i)));
            } else {
                object.put(order.get(i).name(), values.get(i));
            }
        }
        return Base64.getEncoder().encodeToString(object.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a row was ordered by, in the order's order: numbers and texts.
     *
     * @throws ClientError 400 if the text is no cursor of such a list
     */
    static List<Object> read(List<Paged.Order> order, String text) {
        JsonNode object = decode(text).filter(JsonNode::isObject).orElseThrow(Cursor::invalid);
        List<Object> values = new ArrayList<>();
        for (Paged.Order part : order) {
            JsonNode value = object.path(part.name());
            if (value.isMissingNode() || value.isNull() || value.isContainerNode()) {
                throw invalid();
            }
            values.add(part.isNumber() ? number(value) : text(value.asText()));
        }
        return values;
    }

    private static Optional<JsonNode> decode(String text) {
        try {
            String base64 = NOT_BASE64.matcher(text).replaceAll("");
            // The decoder takes missing padding for granted; the reference does not.
            if (base64.length() % 4 != 0) {
                return Optional.empty();
            }
            return Optional.of(Json.parse(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException | ClientError e) {
            return Optional.empty();
        }
    }

    /**
     * Fractions are cut off. Numbers beyond the database's range come before or after all rows, as they would if it
     * could hold them.
     */
    private static Long number(JsonNode value) {
        if (!value.isNumber() && !INTEGER.matcher(value.asText()).matches()) {
            throw invalid();
        }
        BigDecimal number = value.isNumber()
                ? value.decimalValue()
                : new BigDecimal(value.asText().strip());
        return number.min(MAX).max(MIN).longValue();
    }

    private static String text(String text) {
        if (!Json.isStorable(text)) {
            throw invalid();
        }
        return text;
    }

    private static ClientError invalid() {
        return ClientError.of(Answer.jsonString(400, "Invalid cursor"));
    }
}

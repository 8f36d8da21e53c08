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
 * Encodes and decodes page cursors. A cursor is the base64 of a JSON object with the sort keys of the last row of a page, the
 * format of the reference's {@code X-Next-Cursor}.
 */
final class Cursor {

    private static final Pattern NOT_BASE64 = Pattern.compile("[^A-Za-z0-9+/=]");
    private static final Pattern INTEGER = Pattern.compile("\\s*[+-]?[0-9]{1,100}\\s*");
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE);

    private Cursor() {}

    /** The cursor for the rows after a row with these sort key values. */
    static String of(List<PagedQuery.SortKey> sortKeys, List<String> values) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < sortKeys.size(); i++) {
            if (sortKeys.get(i).isNumber()) {
                object.put(sortKeys.get(i).name(), Long.parseLong(values.get(i)));
            } else {
                object.put(sortKeys.get(i).name(), values.get(i));
            }
        }
        return Base64.getEncoder().encodeToString(Json.text(object).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The values of the sort keys in a cursor: {@link Long} for numbers, {@link String} for texts.
     *
     * @throws ClientError 400 if the text is not a cursor with these sort keys
     */
    static List<Object> read(List<PagedQuery.SortKey> sortKeys, String text) {
        JsonNode object = decode(text).filter(JsonNode::isObject).orElseThrow(Cursor::invalid);
        List<Object> values = new ArrayList<>();
        for (PagedQuery.SortKey key : sortKeys) {
            JsonNode value = object.path(key.name());
            if (value.isMissingNode() || value.isNull() || value.isContainerNode()) {
                throw invalid();
            }
            values.add(key.isNumber() ? number(value) : text(value.asText()));
        }
        return values;
    }

    private static Optional<JsonNode> decode(String text) {
        try {
            String base64 = NOT_BASE64.matcher(text).replaceAll("");
            // Java's decoder accepts missing padding; the reference does not.
            if (base64.length() % 4 != 0) {
                return Optional.empty();
            }
            return Optional.of(Json.parse(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException | ClientError e) {
            return Optional.empty();
        }
    }

    /**
     * Fractions are truncated. A number outside the range of a bigint becomes the nearest bigint, so it sorts before or after
     * all rows.
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

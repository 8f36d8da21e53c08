package metaservice.kit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Reads JSON, with one configuration for all request bodies. Thread-safe. */
public final class Json {

    /** Most digits of a number when it is written without an exponent. */
    static final int MAX_DIGITS = 1000;

    /** Most tokens of a body; clients send far fewer. A parsed body with so many tokens takes at most 20 MB. */
    static final long MAX_TOKENS = 200_000;

    /**
     * Numbers keep every digit, because they may be stored as text. Buffers are pooled in this object and not in
     * thread-locals, because the launcher's threads outlive the service and would keep its classes in memory.
     */
    static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNumberLength(MAX_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /**
     * For JSON that is read or written once, when a service starts. It does not pool buffers, because the thread outlives
     * the service and would keep its classes in memory.
     */
    static final ObjectMapper AT_START = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
                    .build())
            .build();

    private Json() {}

    /**
     * Parses a body. If a key occurs twice, the last one is used, as in the reference.
     *
     * @throws ClientError 400 if it is not JSON
     */
    public static JsonNode parse(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (StreamConstraintsException e) {
            throw ClientError.badRequest("body: nested too deeply, or too many or too long values" + position(e), e);
        } catch (JsonProcessingException e) {
            throw ClientError.badRequest("body: expected one JSON value" + position(e), e);
        } catch (IOException e) {
            throw ClientError.badRequest("body: expected JSON in UTF-8", e);
        } catch (NumberFormatException | ArithmeticException e) {
            // The parser does not catch these for an exponent that its decimal type cannot represent.
            throw ClientError.badRequest("body: a number's exponent is out of range", e);
        }
        if (node instanceof MissingNode) {
            throw ClientError.badRequest("body: expected JSON, found nothing");
        }
        return node;
    }

    /**
     * The text of a JSON value. {@link JsonNode#toString} would keep a buffer in a thread-local, and with it the service's
     * class loader.
     */
    public static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether PostgreSQL can store the text: it contains neither NUL nor a lone surrogate. */
    public static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c) && (++i == text.length() || !Character.isLowSurrogate(text.charAt(i)))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether PostgreSQL can store every key and text of a JSON value, and every number has at most {@link #MAX_DIGITS}
     * digits. PostgreSQL writes numbers without exponents, so ten bytes of a request could otherwise become 100,000 bytes
     * of every answer.
     */
    static boolean isStorable(JsonNode node) {
        if (node.isTextual()) {
            return isStorable(node.textValue());
        }
        if (node.isBigDecimal()) {
            BigDecimal number = node.decimalValue();
            return number.scale() <= MAX_DIGITS && (long) number.precision() - number.scale() <= MAX_DIGITS;
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (!isStorable(member.getKey()) || !isStorable(member.getValue())) {
                return false;
            }
        }
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            if (!isStorable(element)) {
                return false;
            }
        }
        return true;
    }

    private static String position(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : ", stopped reading at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }
}

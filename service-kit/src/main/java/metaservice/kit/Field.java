package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * One member of the JSON objects that clients send, and the rules for storing it. Immutable.
 *
 * @param name its name in JSON and in SQL
 * @param kind its type
 * @param maxLength longest text in characters
 * @param nullable whether null may be stored
 * @param whenMissing the text that is stored if the member is missing; empty stores null
 */
public record Field(String name, Kind kind, int maxLength, boolean nullable, Optional<String> whenMissing) {

    /** The type of a member. */
    public enum Kind {
        /** A text. Numbers, booleans and arrays are converted to text, as in the reference. */
        TEXT,
        /** Any JSON value. Null and a missing member are stored as JSON null. */
        JSON,
        /** A whole number from -32768 to 32767, or a text that contains one. */
        SMALL_NUMBER
    }

    /** A text of at most 255 characters that may be null. */
    public static Field text(String name) {
        return new Field(name, Kind.TEXT, 255, true, Optional.empty());
    }

    /** Any JSON value. */
    public static Field json(String name) {
        return new Field(name, Kind.JSON, Integer.MAX_VALUE, true, Optional.of("null"));
    }

    /** A small number that must not be null. */
    public static Field smallNumber(String name, String whenMissing) {
        return new Field(name, Kind.SMALL_NUMBER, 6, false, Optional.of(whenMissing));
    }

    /** This field with another text for a missing member. */
    public Field orElse(String value) {
        return new Field(name, kind, maxLength, nullable, Optional.of(value));
    }

    /** This field, not nullable. */
    public Field required() {
        return new Field(name, kind, maxLength, false, whenMissing);
    }

    /** This field without a limit of its length. */
    public Field unlimited() {
        return new Field(name, kind, Integer.MAX_VALUE, nullable, whenMissing);
    }

    /**
     * The text that SQL casts to the column's type; null for SQL's NULL.
     *
     * @throws ClientError 400 if the value has the wrong type or cannot be stored
     */
    public String read(JsonNode object) {
        JsonNode value = object.get(name);
        if (value == null) {
            return whenMissing.orElse(null);
        }
        return kind == Kind.JSON ? json(value) : scalar(value);
    }

    private String json(JsonNode value) {
        if (!Json.isStorable(value)) {
            throw bad("text without NUL characters and lone surrogates, and numbers of at most " + Json.MAX_DIGITS
                    + " digits");
        }
        return Json.text(value);
    }

    private String scalar(JsonNode value) {
        if (value.isNull()) {
            if (!nullable) {
                throw bad("a value, found null");
            }
            return null;
        }
        if (value.isObject()) {
            throw bad("a text, found an object");
        }
        if (value.isArray()) {
            return checked(ArrayText.of(value).orElseThrow(() -> bad("a text, found an array of objects")));
        }
        return checked(value.asText());
    }

    private String checked(String text) {
        if (kind == Kind.SMALL_NUMBER) {
            return smallNumber(text);
        }
        if (!Json.isStorable(text)) {
            throw bad("text without NUL characters and lone surrogates");
        }
        if (text.codePointCount(0, text.length()) > maxLength) {
            throw bad("at most " + maxLength + " characters, found " + text.codePointCount(0, text.length()));
        }
        return text;
    }

    private String smallNumber(String text) {
        try {
            return Short.toString(Short.parseShort(text));
        } catch (NumberFormatException e) {
            throw bad("a whole number from " + Short.MIN_VALUE + " to " + Short.MAX_VALUE);
        }
    }

    private ClientError bad(String expected) {
        return ClientError.badField(name, "expected " + expected);
    }
}

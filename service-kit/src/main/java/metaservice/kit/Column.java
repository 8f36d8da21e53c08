package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * One member of the JSON objects to which rows are converted.
 *
 * @param name the member's name in JSON
 * @param expression the SQL expression for its value
 * @param kind how the value is written as JSON
 */
public record Column(String name, String expression, Kind kind) {

    /** Columns with at most 255 characters on every schema, and columns computed from these. */
    private static final Set<String> SHORT_TEXTS =
            Set.of("flow_id", "run_number", "step_name", "field_name", "name", "user_name", "user", "status");

    /** How a database value is written as JSON. SQL's NULL is JSON's null, except for {@link #TEXT_IF_ANY}. */
    public enum Kind {
        /** A JSON string. */
        TEXT {
            @Override
            void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                if (value == null) {
                    json.writeNull();
                } else {
                    json.writeUTF8String(value, 0, value.length);
                }
            }
        },
        /** A JSON string; the member is omitted for NULL. */
        TEXT_IF_ANY {
            @Override
            void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException {
                if (value != null) {
                    TEXT.write(name, value, json);
                }
            }
        },
        /** A JSON number. */
        NUMBER {
            @Override
            void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue(value == null ? RawJson.NULL : new RawJson(value));
            }
        },
        /** JSONB, written as the text that the database returns, without parsing. */
        JSON {
            @Override
            void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue(value == null ? RawJson.NULL : new RawJson(value));
            }

            @Override
            void write(String name, InputStream text, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue("");
                Reader reader = new InputStreamReader(text, StandardCharsets.UTF_8);
                char[] chars = new char[2048];
                for (int count = reader.read(chars); count >= 0; count = reader.read(chars)) {
                    json.writeRaw(chars, 0, count);
                }
            }
        },
        /** An id: a JSON number if it consists of digits, otherwise a string. A name never consists of digits only. */
        ID {
            @Override
            void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException {
                (isNumber(value) ? NUMBER : TEXT).write(name, value, json);
            }
        };

        /** Writes a value in UTF-8; null is SQL's NULL. */
        abstract void write(SerializableString name, byte[] value, JsonGenerator json) throws IOException;

        private static boolean isNumber(byte[] id) {
            if (id == null || id.length == 0) {
                return false;
            }
            for (byte digit : id) {
                if (digit < '0' || digit > '9') {
                    return false;
                }
            }
            return true;
        }

        /** Writes a text while it is read from a stream in UTF-8. The text must not be null. */
        void write(String name, InputStream text, JsonGenerator json) throws IOException {
            json.writeFieldName(name);
            json.writeString(new InputStreamReader(text, StandardCharsets.UTF_8), -1);
        }
    }

    /** Whether an id is a number: ASCII digits only. */
    public static boolean isNumber(String id) {
        return id != null && !id.isEmpty() && id.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A text from the column with the same name. */
    public static Column text(String name) {
        return new Column(name, name, Kind.TEXT);
    }

    /** A number from the column with the same name. */
    public static Column number(String name) {
        return new Column(name, name, Kind.NUMBER);
    }

    /** JSON from the JSONB column with the same name. */
    public static Column json(String name) {
        return new Column(name, name, Kind.JSON);
    }

    /** Whether the length of values has no limit. */
    boolean mayBeLong() {
        boolean isText = kind == Kind.TEXT || kind == Kind.TEXT_IF_ANY || kind == Kind.JSON;
        return isText && !SHORT_TEXTS.contains(name);
    }

    /** This member with another SQL expression. */
    public Column from(String otherExpression) {
        return new Column(name, otherExpression, kind);
    }
}

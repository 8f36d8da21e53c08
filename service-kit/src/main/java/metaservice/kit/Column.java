package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * One member of the JSON objects that a table's rows become.
 *
 * @param name the member's name in JSON
 * @param expression the SQL that computes it
 * @param kind how the value is written
 */
public record Column(String name, String expression, Kind kind) {

    /** Of at most 255 characters on every schema, or made of such columns. */
    private static final Set<String> SHORT_TEXTS =
            Set.of("flow_id", "run_number", "step_name", "field_name", "name", "user_name", "user", "status");

    /** How a value goes from the database into JSON. SQL's NULL is JSON's null but for {@link #TEXT_IF_ANY}. */
    public enum Kind {
        /** A JSON string. */
        TEXT {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                json.writeStringField(name, value);
            }
        },
        /** A JSON string; without a value the member is left out. */
        TEXT_IF_ANY {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                if (value != null) {
                    json.writeStringField(name, value);
                }
            }
        },
        /** A JSON number. */
        NUMBER {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue(value == null ? "null" : value);
            }
        },
        /** JSONB as the database spells it: passed through, never parsed. */
        JSON {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue(value == null ? "null" : value);
            }

            @Override
            void write(String name, InputStream text, JsonGenerator json) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue("");
                Reader reader = new InputStreamReader(text, StandardCharsets.UTF_8);
                char[] some = new char[2048];
                for (int count = reader.read(some); count >= 0; count = reader.read(some)) {
                    json.writeRaw(some, 0, count);
                }
            }
        },
        /** An id: a JSON number if it is one, a string if it is a name. Names never consist of digits only. */
        ID {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                (isNumber(value) ? NUMBER : TEXT).write(name, value, json);
            }
        };

        abstract void write(String name, String value, JsonGenerator json) throws IOException;

        /** Writes a long text, which must not be null, while it is read, in UTF-8. */
        void write(String name, InputStream text, JsonGenerator json) throws IOException {
            json.writeFieldName(name);
            json.writeString(new InputStreamReader(text, StandardCharsets.UTF_8), -1);
        }
    }

    /** Whether an id is a number: all ASCII digits. */
    public static boolean isNumber(String id) {
        return id != null && !id.isEmpty() && id.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A text column of the same name. */
    public static Column text(String name) {
        return new Column(name, name, Kind.TEXT);
    }

    /** A number column of the same name. */
    public static Column number(String name) {
        return new Column(name, name, Kind.NUMBER);
    }

    /** A JSONB column of the same name. */
    public static Column json(String name) {
        return new Column(name, name, Kind.JSON);
    }

    /** Whether values can have any length. */
    boolean mayBeLong() {
        boolean isText = kind == Kind.TEXT || kind == Kind.TEXT_IF_ANY || kind == Kind.JSON;
        return isText && !SHORT_TEXTS.contains(name);
    }

    /** The same member, computed by other SQL. */
    public Column from(String otherExpression) {
        return new Column(name, otherExpression, kind);
    }
}

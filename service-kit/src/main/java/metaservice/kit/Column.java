package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * One member of the JSON objects that a table's rows become.
 *
 * @param name the member's name in JSON
 * @param expression the SQL that computes it
 * @param kind how the value is written
 */
public record Column(String name, String expression, Kind kind) {

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
        },
        /** An id: a JSON number if it is one, a string if it is a name. Names never consist of digits only. */
        ID {
            @Override
            void write(String name, String value, JsonGenerator json) throws IOException {
                (isNumber(value) ? NUMBER : TEXT).write(name, value, json);
            }
        };

        abstract void write(String name, String value, JsonGenerator json) throws IOException;
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

    /** The same member, computed by other SQL. */
    public Column from(String otherExpression) {
        return new Column(name, otherExpression, kind);
    }
}

package metaservice.migrations;

import java.util.Locale;

/**
 * One thing a schema consists of, in words that two databases can be compared by.
 *
 * @param kind what it is
 * @param table the table it is, or belongs to
 * @param name its own name; a table's is the table's
 * @param definition as the catalog spells it, without the name of the schema and with single blanks; empty for a table
 */
public record SchemaObject(Kind kind, String table, String name, String definition) {

    /** What a schema consists of, as far as the services rely on it. */
    public enum Kind {
        TABLE,
        COLUMN,
        CONSTRAINT,
        INDEX;

        /** In lower case, as it stands in messages and in the file of shapes. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether the other one stands for the same thing, whatever its definition. */
    boolean isNamesake(SchemaObject other) {
        return kind == other.kind && table.equals(other.table) && name.equals(other.name);
    }
}

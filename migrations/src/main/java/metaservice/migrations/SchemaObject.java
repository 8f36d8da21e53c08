package metaservice.migrations;

import java.util.Locale;

/**
 * One object of a schema, in a form that can be compared between databases.
 *
 * @param kind kind of the object
 * @param table its table
 * @param name its name; for a table, the name of the table
 * @param definition as PostgreSQL's catalog formats it, without the schema name and with single blanks; empty for a
 *     table
 */
public record SchemaObject(Kind kind, String table, String name, String definition) {

    /** Kinds of objects that the services rely on. */
    public enum Kind {
        TABLE,
        COLUMN,
        CONSTRAINT,
        INDEX;

        /** The kind in lower case, as in messages and in {@link SchemaShapes#FILE}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether kind, table and name are equal; the definitions may differ. */
    boolean isSameObject(SchemaObject other) {
        return kind == other.kind && table.equals(other.table) && name.equals(other.name);
    }
}

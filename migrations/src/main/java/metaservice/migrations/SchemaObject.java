package metaservice.migrations;

import java.util.Locale;

/**
 * One object of a schema, in a form that can be compared between databases.
 *
 * @param kind kind of the object
 * @param table its table
 * @param name its name; for a table, the name of the table
 * @param definition as PostgreSQL's catalog formats it, without the schema name and with single blanks; for a
 *     table, empty or {@link #PARTITIONED}
 */
public record SchemaObject(Kind kind, String table, String name, String definition) {

    /** Definition of a table that is partitioned. */
    static final String PARTITIONED = "partitioned";

    /** Kinds of objects that the services rely on. */
    public enum Kind {
        TABLE,
        COLUMN,
        CONSTRAINT,
        INDEX,
        /** The sequence of a column; compared with the rows, not with the expected schema. */
        SEQUENCE;

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

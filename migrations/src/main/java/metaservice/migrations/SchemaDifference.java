package metaservice.migrations;

/**
 * A difference between a schema and the schema that its ledger implies.
 *
 * @param kind kind of the object
 * @param table its table
 * @param name its name; for a table, the name of the table
 * @param expected expected definition as PostgreSQL's catalog formats it; empty for a table; for a sequence, the lowest
 *     value that it may have, such as {@code at least 17}
 * @param found actual definition in the same format, or value of the sequence; empty if the object is missing
 * @param partitioned whether the table is partitioned
 */
public record SchemaDifference(
        SchemaObject.Kind kind, String table, String name, String expected, String found, boolean partitioned) {

    /** A difference in a table that is not partitioned. */
    SchemaDifference(SchemaObject.Kind kind, String table, String name, String expected, String found) {
        this(kind, table, name, expected, found, false);
    }

    /** Whether the object does not exist. */
    public boolean isMissing() {
        return found.isEmpty();
    }

    /** One clause for messages, such as {@code column tasks_v3.run_id is bigint, expected character varying(255)}. */
    @Override
    public String toString() {
        String what = subject();
        if (!isMissing()) {
            return what + " is " + found + ", expected " + expected;
        }
        return expected.isEmpty() ? what + " is missing" : what + " is missing, expected " + expected;
    }

    /** The object, such as {@code column tasks_v3.run_id}. */
    String subject() {
        return switch (kind) {
            case TABLE -> "table " + table;
            case SEQUENCE -> "sequence " + name;
            default -> kind.word() + " " + table + "." + name;
        };
    }
}

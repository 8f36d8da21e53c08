package metaservice.migrations;

/**
 * A difference between a schema and the schema that its ledger implies.
 *
 * @param kind kind of the object
 * @param table its table
 * @param name its name; for a table, the name of the table
 * @param expected expected definition as PostgreSQL's catalog formats it; empty for a table
 * @param found actual definition in the same format; empty if the object is missing
 */
public record SchemaDifference(SchemaObject.Kind kind, String table, String name, String expected, String found) {

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
        return kind == SchemaObject.Kind.TABLE ? "table " + table : kind.word() + " " + table + "." + name;
    }
}

package metaservice.migrations;

/**
 * Something about a schema that is not as its ledger's version says.
 *
 * @param kind what it is
 * @param table the table it is, or belongs to
 * @param name its own name; a table's is the table's
 * @param expected how it should be, in the words of PostgreSQL's catalog; empty for a table
 * @param found how it is, in the same words; empty if it is missing
 */
public record SchemaDifference(SchemaObject.Kind kind, String table, String name, String expected, String found) {

    /** Whether there is nothing of that name. */
    public boolean isMissing() {
        return found.isEmpty();
    }

    /** One clause for people, such as {@code column tasks_v3.run_id is bigint, expected character varying(255)}. */
    @Override
    public String toString() {
        String what = subject();
        if (!isMissing()) {
            return what + " is " + found + ", expected " + expected;
        }
        return expected.isEmpty() ? what + " is missing" : what + " is missing, expected " + expected;
    }

    /** What it is about, such as {@code column tasks_v3.run_id}. */
    String subject() {
        return kind == SchemaObject.Kind.TABLE ? "table " + table : kind.word() + " " + table + "." + name;
    }
}

package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the status says about the schema in one word, for scripts. The exit codes are documented and must not change.
 */
enum SchemaState {
    UP_TO_DATE(0, "the schema is up to date"),
    PENDING(10, "migrations are pending"),
    IN_PROGRESS(11, "an upgrade is in progress"),
    DRIFT(12, "the tables differ from what the ledger says");

    private final int exitCode;
    private final String sentence;

    SchemaState(int exitCode, String sentence) {
        this.exitCode = exitCode;
        this.sentence = sentence;
    }

    /** The state of a schema; {@code status} is the answer of {@code /db_schema_status}. */
    static SchemaState of(JsonNode status) {
        if (status.path("migration_in_progress").asBoolean()) {
            return IN_PROGRESS;
        }
        if (!status.path("drift").isEmpty()) {
            return DRIFT;
        }
        return status.path("is_up_to_date").asBoolean() ? UP_TO_DATE : PENDING;
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return sentence;
    }
}

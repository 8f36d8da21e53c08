package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** One line of a transcript. */
public sealed interface Step {

    /** Number of the line in the file, from 1. */
    int line();

    /** Name of the step in failures: its recorded name, its SQL or its command. */
    String label();

    /** Notifications that the step has to cause on the database's channel {@code notify}; empty if they are not checked. */
    Optional<JsonNode> notifications();

    /** Sends a request and compares the answer. */
    record Call(int line, String label, Request request, Expectation expected, Optional<JsonNode> notifications)
            implements Step {}

    /**
     * Runs SQL.
     *
     * @param rows the expected result, an array of arrays; empty if the result is not compared
     * @param background whether the SQL runs on a separate connection, concurrently with the steps after it
     */
    record Sql(
            int line,
            String label,
            String statement,
            Optional<JsonNode> rows,
            boolean background,
            Match match,
            Optional<JsonNode> notifications)
            implements Step {}

    /**
     * Drops the schema {@code public} and creates the tables of one schema version in it.
     *
     * @param schemaVersion if empty, no table is created
     * @param goose whether the ledger of the reference (goose) is created, too
     */
    record Rebuild(
            int line, String label, Optional<String> schemaVersion, boolean goose, Optional<JsonNode> notifications)
            implements Step {}

    /** Runs the migration tool and compares exit code and standard output. */
    record Command(
            int line, String label, List<String> arguments, int exit, String stdout, Optional<JsonNode> notifications)
            implements Step {}
}

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** One line of a transcript. */
public sealed interface Step {

    /** Where the step stands in its file, from 1. */
    int line();

    /** What the step is called in a failure: its name, its SQL or its command. */
    String label();

    /** What arrives on the database's channel {@code notify} because of the step; empty if nobody looks. */
    Optional<JsonNode> notifications();

    /** Sends a request and compares the answer. */
    record Call(int line, String label, Request request, Expectation expected, Optional<JsonNode> notifications)
            implements Step {}

    /**
     * Runs SQL.
     *
     * @param rows the result it has to have, an array of arrays; empty if the result does not matter
     * @param background on a connection of its own, while the steps after it go on
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
     * Throws the public schema away and builds it as of one schema version.
     *
     * @param schemaVersion empty leaves the database empty
     * @param goose also with the reference's ledger
     */
    record Rebuild(
            int line, String label, Optional<String> schemaVersion, boolean goose, Optional<JsonNode> notifications)
            implements Step {}

    /** Runs the migration tool and compares exit code and standard output. */
    record Command(
            int line, String label, List<String> arguments, int exit, String stdout, Optional<JsonNode> notifications)
            implements Step {}
}

package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the state of the schema. */
@Command(
        name = "db-status",
        header = "Shows which schema the database has and what is missing.",
        description = {
            "Prints one line: whether the schema is up to date, its version, whether a migration is running, all known"
                    + " schema versions and those not applied yet. Changes nothing.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the state was printed, 1 it could not be had, 2 wrong usage.",
            "",
            "Example, waits for nothing and prints true or false:",
            "  migration_tools db-status --json --base-url http://localhost:8082 | jq .is_up_to_date"
        })
final class DbStatus extends ApiCommand {

    @Option(names = "--json", description = "Print JSON instead of the notation of older tools.")
    private boolean json;

    @Override
    Outcome ask(MigrationApi api) throws InterruptedException {
        return api.schemaStatus(json ? JsonNode::toString : PythonText::of);
    }
}

package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the state of the schema. */
@Command(
        name = "db-status",
        header = "Shows which schema the database has and what is missing.",
        description = {
            "Prints one line: whether the schema is up to date, its version, whether a migration is running, all known"
                    + " schema versions and those not applied yet. Changes nothing. With --json also everything else"
                    + " that the service tells: what a running upgrade is at, what came of the last one, and where the"
                    + " schema is not what it should be.",
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

    private static final Set<String> KNOWN_TO_OLDER_TOOLS = Set.of(
            "is_up_to_date", "current_version", "migration_in_progress", "db_schema_versions", "unapplied_migrations");

    @Option(names = "--json", description = "Print JSON instead of the notation of older tools.")
    private boolean json;

    @Override
    Outcome ask(MigrationClient api) throws InterruptedException {
        return api.schemaStatus(json ? JsonNode::toString : DbStatus::asOlderToolsPrintIt);
    }

    /** Scripts that read this know these members and no others. */
    private static String asOlderToolsPrintIt(JsonNode status) {
        ObjectNode known = JsonNodeFactory.instance.objectNode();
        status.properties().stream()
                .filter(member -> KNOWN_TO_OLDER_TOOLS.contains(member.getKey()))
                .forEach(member -> known.set(member.getKey(), member.getValue()));
        return PythonText.of(known);
    }
}

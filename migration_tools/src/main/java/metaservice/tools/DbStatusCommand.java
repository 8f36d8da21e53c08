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
        header = "Shows the schema version and the pending migrations.",
        description = {
            "On a terminal, prints a table for people. In a pipe, prints one line: whether the schema is up to date, its version, whether a migration is running, all known"
                    + " schema versions, and the pending ones. Changes nothing. --json prints all members of the"
                    + " service's answer, among them the progress of a running upgrade, the outcome of the last one, and"
                    + " differences between the schema and its version.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the state was printed, 1 the status could not be read, 2 wrong usage. With --check: 0 the schema is"
                    + " up to date, 10 migrations are pending, 11 an upgrade is in progress, 12 the tables differ from what"
                    + " the ledger says, 1 the status could not be read, 2 wrong usage.",
            "",
            "Example, prints true or false:",
            "  migration_tools db-status --json --base-url http://localhost:8082 | jq .is_up_to_date"
        })
final class DbStatusCommand extends ApiCommand {

    /** System property of the start script: whether standard output is a terminal. */
    static final String TERMINAL = "metaservice.terminal";

    private static final Set<String> REFERENCE_MEMBERS = Set.of(
            "is_up_to_date", "current_version", "migration_in_progress", "db_schema_versions", "unapplied_migrations");

    @Option(names = "--json", description = "Print JSON instead of the Python notation of the reference's tool.")
    private boolean json;

    @Option(names = "--check", description = "Say with the exit code and one sentence whether anything is to be done.")
    private boolean check;

    @Override
    Outcome execute(MigrationClient api) throws InterruptedException {
        return api.schemaStatus(this::result);
    }

    private Outcome.Done result(JsonNode status) {
        if (check) {
            SchemaState state = SchemaState.of(status);
            return new Outcome.Done(json ? status.toString() : state.sentence(), state.exitCode());
        }
        if (json) {
            return new Outcome.Done(status.toString());
        }
        return new Outcome.Done(Boolean.getBoolean(TERMINAL) ? StatusTable.of(status) : referenceText(status));
    }

    /** Prints only the members that the tool of the reference prints, because scripts may rely on that. */
    private static String referenceText(JsonNode status) {
        ObjectNode known = JsonNodeFactory.instance.objectNode();
        status.properties().stream()
                .filter(member -> REFERENCE_MEMBERS.contains(member.getKey()))
                .forEach(member -> known.set(member.getKey(), member.getValue()));
        return PythonFormat.format(known);
    }
}

package metaservice.tools;

import picocli.CommandLine.Command;

/** Prints which metadata service is compatible with the schema. */
@Command(
        name = "metadata-service-version",
        header = "Shows which metadata service is compatible with the database.",
        description = {
            "Prints 'latest' for the newest schema, 'v_1_0_1' for the first one, otherwise the schema version. An empty"
                    + " database is first upgraded to the newest schema.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the version was printed, 1 the version could not be read, 2 wrong usage.",
            "",
            "Example:",
            "  migration_tools metadata-service-version --base-url http://localhost:8082"
        })
final class MetadataServiceVersionCommand extends ApiCommand {

    @Override
    Outcome execute(MigrationClient api) throws InterruptedException {
        return api.serviceVersion();
    }
}

package metaservice.tools;

import picocli.CommandLine.Command;

/** Prints which metadata service fits the schema. */
@Command(
        name = "metadata-service-version",
        header = "Shows which metadata service fits the database.",
        description = {
            "Prints 'latest' for the newest schema, 'v_1_0_1' for the first, else the number of the schema version. An"
                    + " empty database is first brought to the newest schema.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the version was printed, 1 it could not be had, 2 wrong usage.",
            "",
            "Example:",
            "  migration_tools metadata-service-version --base-url http://localhost:8082"
        })
final class MetadataServiceVersion extends ApiCommand {

    @Override
    Outcome ask(MigrationClient api) throws InterruptedException {
        return api.serviceVersion();
    }
}

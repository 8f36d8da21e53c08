package metaservice.tools;

import picocli.CommandLine.Command;

/** Upgrades the schema. */
@Command(
        name = "upgrade",
        header = "Upgrades the database to the newest schema.",
        description = {
            "Waits up to 15 minutes for the end and prints 'upgrade success', also when nothing was left to do. Asking"
                    + " while an upgrade runs, on whatever node, joins it. If a gateway cuts the request off, the"
                    + " status is followed to the end of the upgrade. The service switches to the newest version by itself.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the schema is the newest, 1 it is not or that is not known, 2 wrong usage.",
            "",
            "Example:",
            "  migration_tools upgrade --base-url http://localhost:8082"
        })
final class UpgradeCommand extends ApiCommand {

    @Override
    Outcome ask(MigrationClient api) throws InterruptedException {
        return api.upgrade();
    }
}

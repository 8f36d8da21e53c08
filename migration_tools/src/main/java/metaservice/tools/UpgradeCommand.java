package metaservice.tools;

import picocli.CommandLine.Command;

/** Upgrades the schema. */
@Command(
        name = "upgrade",
        header = "Upgrades the database to the newest schema.",
        description = {
            "Waits up to 15 minutes for the end and prints 'upgrade success', also when nothing was pending. If an"
                    + " upgrade is already running on any node, waits for that one. If a gateway interrupts the"
                    + " request, polls the status until the upgrade ends. The service then switches to the newest"
                    + " version by itself.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the schema is the newest, 1 it is not or its version is unknown, 2 wrong usage.",
            "",
            "Example:",
            "  migration_tools upgrade --base-url http://localhost:8082"
        })
final class UpgradeCommand extends ApiCommand {

    @Override
    Outcome execute(MigrationClient api) throws InterruptedException {
        return api.upgrade();
    }
}

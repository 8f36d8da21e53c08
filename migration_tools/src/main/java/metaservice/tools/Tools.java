package metaservice.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that the others hang below; alone it only helps. */
@Command(
        name = "migration_tools",
        header = "Asks a migration service for the state of its database and upgrades it.",
        synopsisSubcommandLabel = "COMMAND",
        description = {"", "The service listens on port 8082 unless MF_MIGRATION_PORT says otherwise.", ""},
        subcommands = {DbStatus.class, UpgradeCommand.class, MetadataServiceVersion.class},
        footer = {
            "",
            "Exit codes: 0 done (also when nothing was to do), 1 failed, 2 wrong usage. Results go to standard output,"
                    + " problems to standard error, one line each.",
            "",
            "Before and after a new release:",
            "  migration_tools db-status --base-url http://localhost:8082",
            "  migration_tools upgrade --base-url http://localhost:8082",
            "",
            "'migration_tools COMMAND --help' explains a command."
        })
final class Tools implements Runnable {

    private final Timeouts patience;

    @SuppressWarnings("UnusedVariable") // picocli reads it: a set usage-help option prints the text and ends the run
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    Tools(Timeouts patience) {
        this.patience = patience;
    }

    Timeouts patience() {
        return patience;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}

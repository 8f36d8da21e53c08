package metaservice.tools;

import metaservice.tools.compat.CompatCommand;
import metaservice.tools.rehearse.RehearseCommand;
import metaservice.tools.repair.RepairCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The parent command of the subcommands; alone it prints its usage. */
@Command(
        name = "migration_tools",
        header = "Reads the schema status of a migration service and starts upgrades.",
        synopsisSubcommandLabel = "COMMAND",
        description = {"", "The default port of the service is 8082 (MF_MIGRATION_PORT).", ""},
        subcommands = {
            DbStatusCommand.class,
            UpgradeCommand.class,
            WaitCommand.class,
            MetadataServiceVersionCommand.class,
            CompatCommand.class,
            RepairCommand.class,
            RehearseCommand.class,
            GenerateCompletionCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done (also when nothing was pending), 1 failed, 2 wrong usage. Results are printed to standard"
                    + " output, error messages to standard error, one line each.",
            "",
            "Before and after a new release:",
            "  migration_tools db-status --base-url http://localhost:8082",
            "  migration_tools upgrade --base-url http://localhost:8082",
            "",
            "'migration_tools COMMAND --help' shows the help of a command."
        })
final class Tools implements Runnable {

    private final Timeouts timeouts;

    @SuppressWarnings("UnusedVariable") // picocli reads it: the option prints the help and ends the run
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    Tools(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}

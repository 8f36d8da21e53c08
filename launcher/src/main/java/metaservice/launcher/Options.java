package metaservice.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import metaservice.settings.InvalidConfigException;
import metaservice.settings.Setting;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line options. All other settings are environment variables. */
@Command(
        name = "metaservice",
        description = {
            "Runs the newest metadata service that is compatible with the",
            "database's schema, and the migration service. Without options",
            "it uses the database in the settings MF_METADATA_DB_*."
        },
        sortOptions = false)
public final class Options {

    @Option(
            names = "--embedded",
            paramLabel = "DIR",
            description = "Run a PostgreSQL server whose data are in DIR, instead of using MF_METADATA_DB_*.")
    private Path embedded;

    @Option(names = "--fresh", description = "With --embedded: delete the data in DIR first.")
    private boolean fresh;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    /**
     * Parses the arguments. Without arguments the parser is not loaded, because that takes a tenth of the time of a start.
     *
     * @throws InvalidConfigException if they are wrong
     */
    static Options parse(String... args) {
        return args.length == 0 ? new Options() : parsed(args);
    }

    private static Options parsed(String... args) {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options);
        try {
            commandLine.parseArgs(args);
            if (options.fresh && options.embedded == null) {
                throw new CommandLine.ParameterException(commandLine, "--fresh throws away the data of --embedded DIR");
            }
        } catch (CommandLine.ParameterException e) {
            throw new InvalidConfigException(List.of(e.getMessage() + " (try --help)"));
        }
        return options;
    }

    boolean isEmbedded() {
        return embedded != null;
    }

    /** Where the embedded database lives; only if {@link #isEmbedded()}. */
    Path embeddedFolder() {
        return embedded;
    }

    boolean isFresh() {
        return fresh;
    }

    boolean wantsHelp() {
        return help;
    }

    boolean wantsVersion() {
        return version;
    }

    /** What {@code --help} prints: options, all environment variables with their defaults, examples. */
    static String help() {
        CommandLine commandLine = new CommandLine(new Options());
        List<String> footer = new ArrayList<>(List.of("", "Environment (variable, default, meaning):"));
        Setting.LAUNCHER.forEach(setting -> footer.add(line(setting)));
        footer.addAll(List.of("", "Database:"));
        Setting.DATABASE.forEach(setting -> footer.add(line(setting)));
        footer.addAll(List.of(
                "",
                "Accepted without effect, because all runs in one process that waits for itself:",
                "  " + String.join(", ", Setting.WITHOUT_EFFECT),
                "",
                "Exit codes: 0 stopped as asked, 1 failed, 2 wrong options or settings,",
                "  3 out of memory (ended by the virtual machine),",
                "  4 the database is newer than this image and admits none of its services.",
                "",
                "Examples:",
                "  metaservice --embedded data",
                "  MF_METADATA_DB_HOST=db.example MF_METADATA_DB_PSWD_FILE=/run/secrets/db metaservice",
                "  MF_METADATA_DB_DSN='host=a,b dbname=metaflow user=m target_session_attrs=primary' metaservice"));
        commandLine
                .getCommandSpec()
                .usageMessage()
                .footer(footer.toArray(String[]::new))
                .width(130);
        return commandLine.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static String line(Setting setting) {
        return String.format(
                "  %-44s  %-11s  %s", setting.name(), setting.defaultValue().orElse("-"), setting.meaning());
    }
}

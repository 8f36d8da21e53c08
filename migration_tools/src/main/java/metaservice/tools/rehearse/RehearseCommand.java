package metaservice.tools.rehearse;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.tools.DistributionFolder;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseCommand;
import metaservice.tools.database.DatabaseProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Rehearses an upgrade on a copy with a sample of the rows. */
@Command(
        name = "rehearse",
        header = "Rehearses an upgrade on a copy with a sample of the rows.",
        description = {
            "Reads the database that the MF_METADATA_DB_* variables name (or MF_MIGRATION_DB_*), and writes nothing to it. Makes"
                    + " a scratch database beside it with the tables of its schema version and the newest rows, starts a launcher"
                    + " of this distribution there, upgrades, and asks the same requests before and after. Reports times, locks"
                    + " and differences, and removes the scratch database, also when it is interrupted.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the upgrade succeeded and the answers are the same (additions aside), or nothing is pending; 1 it"
                    + " failed or answers differ; 2 wrong usage or settings.",
            "",
            "Example:",
            "  migration_tools rehearse --rows 1000"
        })
public final class RehearseCommand extends DatabaseCommand {

    private static final int MOST_ROWS = 10_000_000;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Most rows of each table in the copy, the newest first (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(names = "--to", paramLabel = "VERSION", description = "Schema version to upgrade to (default: the newest).")
    private Optional<String> to = Optional.empty();

    @Option(
            names = "--scratch-dsn",
            paramLabel = "DSN",
            description =
                    "Another database for the copy, as a libpq string or postgres:// URL. The copy is a schema of its own"
                            + " there.")
    private Optional<String> scratchDsn = Optional.empty();

    @Option(names = "--keep", description = "Leave the copy, and print its name.")
    private boolean keep;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "Longest wait for the newer service after the upgrade (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Creates the command; picocli fills its options. */
    public RehearseCommand() {}

    @Override
    protected int execute() throws DatabaseProblem, InterruptedException {
        requireRange("--rows", rows, MOST_ROWS);
        requireRange("--timeout", timeout, Integer.MAX_VALUE);
        Map<String, String> environment = new TreeMap<>(System.getenv());
        DatabaseAccess source = DatabaseAccess.fromEnvironment(environment);
        DatabaseAccess.Server server = source.check();
        Migrations migrations = new Migrations(source.dataSource());
        SchemaStatus status = status(source, migrations);
        SchemaVersion target = to.map(text -> target(text, migrations, status)).orElseGet(migrations::newest);
        if (status.isUpToDate()) {
            print("The schema of " + source.name() + " is the newest, " + status.schemaVersion()
                    + "; there is nothing to rehearse.");
            return 0;
        }
        if (server.readOnly() && scratchDsn.isEmpty()) {
            throw new DatabaseProblem("Database " + source.name()
                    + " is read-only, such as a replica, so it cannot hold the copy; expected the primary server, or another"
                    + " database with --scratch-dsn.");
        }
        if (scratchDsn.isEmpty() && isTransactionPooled(source)) {
            throw new DatabaseProblem("Database " + source.name()
                    + " is reached through a connection pooler, which does not know the scratch database; expected the server"
                    + " itself (MF_MIGRATION_DB_HOST, MF_MIGRATION_DB_PORT), or another database with --scratch-dsn.");
        }
        Rehearsal.Options options = new Rehearsal.Options(rows, target, Duration.ofSeconds(timeout), keep);
        return rehearse(source, scratch(source, environment), options, status);
    }

    private static boolean isTransactionPooled(DatabaseAccess source) throws DatabaseProblem {
        try {
            return Migrations.isTransactionPooled(source.dataSource());
        } catch (SQLException e) {
            throw source.problem(e);
        }
    }

    private void requireRange(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(
                    spec().commandLine(), option + " " + value + ": expected a number from 1 to " + most);
        }
    }

    private static SchemaStatus status(DatabaseAccess source, Migrations migrations) throws DatabaseProblem {
        SchemaStatus status;
        try {
            status = migrations.status();
        } catch (SQLException e) {
            throw source.problem(e);
        }
        if (status.state() == SchemaState.EMPTY) {
            throw new DatabaseProblem("Database " + source.name() + " has no table flows_v3 in schema "
                    + status.schemaName() + "; expected the database of the service (MF_METADATA_DB_NAME).");
        }
        if (!status.isKnown()) {
            throw new DatabaseProblem("Schema " + status.schemaVersion() + " of " + source.name()
                    + " was made by another build; expected one of " + status.bundled() + ".");
        }
        if (status.migrationInProgress()) {
            throw new DatabaseProblem("An upgrade of " + source.name()
                    + " is running, so its schema is between two versions; repeat the command when it has ended.");
        }
        return status;
    }

    private SchemaVersion target(String text, Migrations migrations, SchemaStatus status) {
        return migrations.bundled().stream()
                .filter(version -> version.toString().equals(text))
                .filter(version -> version.compareTo(status.schemaVersion()) > 0)
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec().commandLine(),
                        "--to '" + text + "': expected a version above " + status.schemaVersion() + ", the one of the"
                                + " database; this build has " + migrations.bundled()));
    }

    private ScratchDatabase scratch(DatabaseAccess source, Map<String, String> environment) throws DatabaseProblem {
        try {
            return scratchDsn.isPresent()
                    ? ScratchDatabase.in(scratchDsn.get(), environment)
                    : ScratchDatabase.beside(source, environment);
        } catch (IOException e) {
            throw new DatabaseProblem("A file with a connection string cannot be read: " + e.getMessage(), e);
        }
    }

    private int rehearse(DatabaseAccess source, ScratchDatabase scratch, Rehearsal.Options options, SchemaStatus status)
            throws DatabaseProblem, InterruptedException {
        Rehearsal rehearsal = new Rehearsal(DistributionFolder.path(), source, scratch, options);
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread hook = new Thread(() -> abort(rehearsal, scratch, interrupted), "rehearsal-cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
        try (rehearsal) {
            RehearsalReport report = rehearsal.run(status);
            if (json) {
                print(report.json().toString());
            } else {
                report.lines().forEach(this::print);
            }
            if (keep) {
                error("The copy was left: " + scratch.describe());
            }
            return report.isSame() ? 0 : 1;
        } catch (DatabaseProblem e) {
            if (interrupted.get()) {
                // The failure is a consequence of the clean-up, which reports for itself.
                return 1;
            }
            throw e;
        } finally {
            removeHook(hook);
        }
    }

    private void abort(Rehearsal rehearsal, ScratchDatabase scratch, AtomicBoolean interrupted) {
        interrupted.set(true);
        try {
            rehearsal.abort();
            error("Interrupted; the scratch " + scratch.describe() + (keep ? " was left." : " was removed."));
        } catch (DatabaseProblem e) {
            error("Interrupted. " + e.getMessage());
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends already; the hook runs and does nothing more than this thread did.
            return;
        }
    }
}

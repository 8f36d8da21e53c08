package metaservice.tools.repair;

import java.sql.SQLException;
import java.time.Duration;
import metaservice.migrations.DatabaseRepair;
import metaservice.migrations.RepairOutcome;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseCommand;
import metaservice.tools.database.DatabaseProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Explains what is not as it should be in a database, and repairs it. */
@Command(
        name = "repair",
        header = "Explains what is not as it should be in a database; with --yes repairs it.",
        description = {
            "Works straight at the database that the MF_METADATA_DB_* variables name (or MF_MIGRATION_DB_*), with or without a"
                    + " running launcher. Compares tables, indexes, constraints and sequences with those of the schema version,"
                    + " and looks for incomplete ledgers and for what interrupted upgrades left. Lists the SQL for each. With"
                    + " --yes it takes the lock of upgrades and repairs what can be repaired while clients write; it applies no"
                    + " migration.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 nothing is left to do, 12 something is, 1 failed, 2 wrong usage or settings.",
            "",
            "Example:",
            "  migration_tools repair && echo nothing to repair"
        })
public final class RepairCommand extends DatabaseCommand {

    @Option(names = "--yes", description = "Repair. Without it nothing is changed.")
    private boolean yes;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Longest wait for an upgrade that runs (default: ${DEFAULT-VALUE}).")
    private int timeout;

    /** Creates the command; picocli fills its options. */
    public RepairCommand() {}

    @Override
    protected int execute() throws DatabaseProblem, InterruptedException {
        if (timeout < 0) {
            throw new ParameterException(spec().commandLine(), "--timeout " + timeout + ": expected 0 or more seconds");
        }
        DatabaseAccess access = DatabaseAccess.fromEnvironment(System.getenv());
        if (yes) {
            access.checkWritable();
        } else {
            access.check();
        }
        RepairOutcome outcome = outcome(access);
        if (outcome instanceof RepairOutcome.Refused refused) {
            error(refused.reason() + " " + refused.remedy());
            return 1;
        }
        RepairReport report = new RepairReport((RepairOutcome.Repaired) outcome, yes);
        if (json) {
            print(report.json().toString());
        } else {
            report.lines().forEach(this::print);
        }
        return report.exitCode();
    }

    private RepairOutcome outcome(DatabaseAccess access) throws DatabaseProblem, InterruptedException {
        DatabaseRepair repair = new DatabaseRepair(access.dataSource(), Duration.ofSeconds(timeout));
        try {
            return yes ? repair.repair() : repair.explain();
        } catch (SQLException e) {
            throw access.problem(e);
        }
    }
}

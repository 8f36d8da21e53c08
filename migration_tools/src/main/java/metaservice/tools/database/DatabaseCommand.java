package metaservice.tools.database;

import java.util.concurrent.Callable;
import metaservice.settings.InvalidConfigException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.PicocliException;
import picocli.CommandLine.Spec;

/** Base class of the commands that use a database without a launcher: their failures and their log. */
public abstract class DatabaseCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /** Creates the command; picocli fills its options. */
    protected DatabaseCommand() {}

    /** The command for messages and output. */
    protected final CommandSpec spec() {
        return spec;
    }

    /**
     * Does the work.
     *
     * @return the exit code
     * @throws DatabaseProblem if the database cannot be used; exit code 1
     * @throws InvalidConfigException if settings are malformed; exit code 2
     */
    protected abstract int execute() throws DatabaseProblem, InterruptedException;

    /** Prints failures as one sentence each. */
    @Override
    public final Integer call() throws InterruptedException {
        // The report has what the log would say; set before the first logger is made.
        if (System.getProperty("org.slf4j.simpleLogger.defaultLogLevel") == null) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        }
        try {
            return execute();
        } catch (DatabaseProblem e) {
            error(e.getMessage());
            return 1;
        } catch (InvalidConfigException e) {
            e.problems().forEach(this::error);
            return 2;
        } catch (PicocliException e) {
            throw e;
        } catch (RuntimeException e) {
            error("migration_tools failed: " + e);
            return 1;
        } catch (OutOfMemoryError e) {
            error("migration_tools has too little memory (" + e.getMessage() + "); JAVA_OPTS=-Xmx1g gives it more.");
            return 1;
        }
    }

    /** Prints a line of the result. */
    protected final void print(String line) {
        spec.commandLine().getOut().println(line);
    }

    /** Prints a problem. */
    protected final void error(String sentence) {
        spec.commandLine().getErr().println(sentence);
    }
}

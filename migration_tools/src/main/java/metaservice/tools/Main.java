package metaservice.tools;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Entry point of the tool. */
public final class Main {

    private Main() {}

    /** Runs the tool and exits with the code of {@link #run}. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, Timeouts.DEFAULTS, args));
    }

    /**
     * Parses the arguments and runs the command.
     *
     * @param out receives results
     * @param err receives error messages
     * @return 0 done, 1 failed, 2 wrong usage
     */
    static int run(PrintStream out, PrintStream err, Timeouts timeouts, String... args) {
        return new CommandLine(new Tools(timeouts))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(Main::printUsageError)
                .execute(args);
    }

    /** Prints two lines instead of the whole help, which would scroll the error message off the screen. */
    private static int printUsageError(ParameterException refusal, String... args) {
        CommandLine command = refusal.getCommandLine();
        command.getErr().println(refusal.getMessage());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return 2;
    }
}

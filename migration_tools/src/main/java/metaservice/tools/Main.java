package metaservice.tools;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Starts the tool. */
public final class Main {

    private Main() {}

    /** Exits with the code of {@link #run}. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, Timeouts.DEFAULTS, args));
    }

    /**
     * Does what the arguments say.
     *
     * @param out gets results
     * @param err gets problems
     * @return 0 done, 1 failed, 2 wrong usage
     */
    static int run(PrintStream out, PrintStream err, Timeouts patience, String... args) {
        return new CommandLine(new Tools(patience))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(Main::explainUsage)
                .execute(args);
    }

    /** Two lines instead of the whole help, which would push the problem off the screen. */
    private static int explainUsage(ParameterException refusal, String... args) {
        CommandLine command = refusal.getCommandLine();
        command.getErr().println(refusal.getMessage());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return 2;
    }
}

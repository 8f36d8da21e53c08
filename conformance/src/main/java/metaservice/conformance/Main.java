package metaservice.conformance;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * Plays transcripts from the command line. Exit codes: 0 all answers are as recorded, 1 an answer differs or playing
 * failed, 2 wrong usage.
 */
public final class Main {

    private Main() {}

    /** Exits with the code of {@link #run}. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, args));
    }

    /** Runs the command line; results go to out, problems to err. Returns the exit code. */
    static int run(PrintStream out, PrintStream err, String... args) {
        return new CommandLine(new PlayCommand())
                .registerConverter(URI.class, Main::address)
                .registerConverter(DataSource.class, Main::dataSource)
                .setExpandAtFiles(false)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, all) -> wrongUsage(problem.getCommandLine(), problem))
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(command, failure))
                .execute(args);
    }

    private static int failed(CommandLine command, Exception failure) {
        if (failure instanceof IllegalArgumentException) { // such as a line of a transcript that is not a step
            return wrongUsage(command, failure);
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            command.getErr().println("interrupted");
            return 1;
        }
        command.getErr().println(failure.getMessage());
        return 1;
    }

    private static int wrongUsage(CommandLine command, Exception problem) {
        command.getErr().println(problem.getMessage() + " (--help explains the usage)");
        return 2;
    }

    private static URI address(String text) {
        URI address;
        try {
            address = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        if (!"http".equals(address.getScheme()) || address.getHost() == null) {
            throw new TypeConversionException("'" + text + "': expected http://host:port");
        }
        return address;
    }

    private static DataSource dataSource(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        try {
            source.setUrl(url);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        return source;
    }
}

package metaservice.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import metaservice.conformance.DeclaredDifferences.Habit;
import org.postgresql.ds.PGSimpleDataSource;

/** Plays transcripts from the command line. Exit codes: 0 all as recorded, 1 something differs, 2 wrong usage. */
public final class Main {

    private static final String USAGE = """
            Plays recorded transcripts against a running metadata service and prints where its answers differ.

            usage: metaservice.conformance.Main --base-url URL [OPTION...] FILE...

              --base-url URL          the metadata service, e.g. http://127.0.0.1:8080
              --jdbc-url URL          the database behind it, e.g. jdbc:postgresql://127.0.0.1/test?user=u&password=p;
                                      WARNING: its tables are emptied before each file; without this option nothing
                                      is emptied and steps that need SQL fail
              --service NAME=URL      address of another service a file asks for, e.g. migration=http://127.0.0.1:8082
              --service-version V     the version expected in METADATA_SERVICE_VERSION and from /version
              --json-type             JSON bodies are application/json where the recording says text/plain
              --tool COMMAND          the migration tool, for files that run it
              --schema-dir DIR        schemas for files that rebuild the database; default: ../schema beside each file
              --help                  this text

            Prints one line per difference (file:line, step, problem), then "N passed, N failed". Files whose service
            has no address are skipped and counted.
            """;

    private final Map<String, URI> services = new HashMap<>();
    private Optional<DataSource> database = Optional.empty();
    private Optional<Path> schemas = Optional.empty();
    private Optional<String> serviceVersion = Optional.empty();
    private final Set<Habit> habits = EnumSet.noneOf(Habit.class);
    private List<String> tool = List.of();
    private final List<Path> files = new ArrayList<>();

    private Main() {}

    /** Exits with the code of {@link #run}. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, args));
    }

    /** Does what the arguments say; results go to out, problems to err. Returns the exit code. */
    static int run(PrintStream out, PrintStream err, String... args) {
        if (List.of(args).contains("--help")) {
            out.print(USAGE);
            return 0;
        }
        try {
            return parse(args).play(out);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage() + " (--help explains the usage)");
            return 2;
        } catch (IOException | SQLException e) {
            err.println(e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("interrupted");
            return 1;
        }
    }

    private static Main parse(String... args) {
        Main main = new Main();
        Deque<String> left = new ArrayDeque<>(List.of(args));
        while (!left.isEmpty()) {
            main.take(left.pop(), left);
        }
        if (main.services.isEmpty()) {
            throw new IllegalArgumentException("--base-url is missing");
        }
        if (main.files.isEmpty()) {
            throw new IllegalArgumentException("no transcript named");
        }
        return main;
    }

    private void take(String argument, Deque<String> left) {
        switch (argument) {
            case "--base-url" -> services.put("metadata", address(valueOf(argument, left)));
            case "--service" -> takeService(valueOf(argument, left));
            case "--jdbc-url" -> database = Optional.of(dataSource(valueOf(argument, left)));
            case "--service-version" -> serviceVersion = Optional.of(valueOf(argument, left));
            case "--json-type" -> habits.add(Habit.JSON_IS_TYPED);
            case "--tool" -> tool = List.of(valueOf(argument, left).split(" +"));
            case "--schema-dir" -> schemas = Optional.of(Path.of(valueOf(argument, left)));
            default -> takeFile(argument);
        }
    }

    private void takeService(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("--service " + text + ": expected NAME=URL");
        }
        services.put(text.substring(0, equals), address(text.substring(equals + 1)));
    }

    private void takeFile(String argument) {
        if (argument.startsWith("--")) {
            throw new IllegalArgumentException("unknown option " + argument);
        }
        files.add(Path.of(argument));
    }

    private int play(PrintStream out) throws IOException, SQLException, InterruptedException {
        DeclaredDifferences differences = new DeclaredDifferences(serviceVersion, habits, List.of());
        int passed = 0;
        long failed = 0;
        int skipped = 0;
        for (Path file : files) {
            Path beside = file.toAbsolutePath().getParent().resolveSibling("schema");
            Stage stage = new Stage(services, database, schemas.orElse(beside), tool, Stage.DEFAULT_TIMEOUT);
            PlayResult result = new Player(stage, differences).play(Transcript.read(file));
            result.skipped().ifPresent(out::println);
            result.failures().forEach(out::println);
            passed += result.passed();
            failed += result.failed();
            skipped += result.skipped().isPresent() ? 1 : 0;
        }
        if (skipped > 0) {
            out.println(skipped + " files skipped");
        }
        out.println(passed + " passed, " + failed + " failed");
        return failed == 0 ? 0 : 1;
    }

    private static String valueOf(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + ": expected a value");
        }
        return left.pop();
    }

    private static URI address(String text) {
        URI address = URI.create(text);
        if (!"http".equals(address.getScheme()) || address.getHost() == null) {
            throw new IllegalArgumentException("'" + text + "': expected http://host:port");
        }
        return address;
    }

    private static DataSource dataSource(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        return source;
    }
}

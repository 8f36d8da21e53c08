package metaservice.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import metaservice.conformance.DeclaredDifferences.Rule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line's options, and the run that they describe. For one thread. */
@Command(
        name = "metaservice.conformance.Main",
        description =
                "Plays recorded transcripts against a running metadata service and prints where its answers differ.",
        customSynopsis = "metaservice.conformance.Main --base-url URL [OPTION...] FILE...",
        sortOptions = false,
        usageHelpWidth = 120,
        footer = {
            "",
            "Prints one line per difference (file:line, step, problem), then \"N passed, N failed\".",
            "A file whose service has no address is skipped; the skipped files are counted."
        })
final class PlayCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--base-url", paramLabel = "URL", description = "the metadata service, e.g. http://127.0.0.1:8080")
    private Optional<URI> metadata;

    @Option(
            names = "--jdbc-url",
            paramLabel = "URL",
            description = {
                "the database of the service, e.g. jdbc:postgresql://127.0.0.1/test?user=u&password=p;",
                "WARNING: its tables are emptied before each file;",
                "without this option no table is emptied, and steps that need SQL fail"
            })
    private Optional<DataSource> database;

    @Option(
            names = "--service",
            paramLabel = "NAME=URL",
            description = "address of another service that a file names, e.g. migration=http://127.0.0.1:8082")
    private final Map<String, URI> otherServices = new HashMap<>();

    @Option(
            names = "--service-version",
            paramLabel = "V",
            description = "the version expected in METADATA_SERVICE_VERSION and from /version")
    private Optional<String> serviceVersion;

    @Option(names = "--json-type", description = "JSON bodies are application/json where the recording says text/plain")
    private boolean jsonIsTyped;

    @Option(names = "--tool", paramLabel = "COMMAND", description = "the migration tool, for files that run it")
    private Optional<String> tool;

    @Option(
            names = "--schema-dir",
            paramLabel = "DIR",
            description = "schemas for files that rebuild the database; default: ../schema beside each file")
    private Optional<Path> schemas;

    @Option(names = "--help", usageHelp = true, description = "prints this text")
    @SuppressWarnings("UnusedVariable") // picocli reads it: a set usage-help option prints the text and ends the run
    private boolean help;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "transcripts to play, one after the other")
    private List<Path> files;

    @Override
    public Integer call() throws IOException, SQLException, InterruptedException {
        Map<String, URI> services = new HashMap<>(otherServices);
        metadata.ifPresent(address -> services.put("metadata", address));
        if (services.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--base-url is missing");
        }
        return play(services, spec.commandLine().getOut());
    }

    private int play(Map<String, URI> services, PrintWriter out)
            throws IOException, SQLException, InterruptedException {
        Set<Rule> rules = jsonIsTyped ? Set.of(Rule.JSON_IS_TYPED) : Set.of();
        DeclaredDifferences differences = new DeclaredDifferences(serviceVersion, rules, List.of());
        List<String> command = tool.map(text -> List.of(text.split(" +"))).orElse(List.of());
        int passed = 0;
        long failed = 0;
        int skipped = 0;
        for (Path file : files) {
            Path defaultSchemas = file.toAbsolutePath().getParent().resolveSibling("schema");
            Stage stage = new Stage(services, database, schemas.orElse(defaultSchemas), command, Stage.DEFAULT_TIMEOUT);
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
}

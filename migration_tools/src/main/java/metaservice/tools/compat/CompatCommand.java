package metaservice.tools.compat;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import metaservice.migrations.SchemaCatalog;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.tools.DistributionFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says whether a change of the image may be a rolling one. */
@Command(
        name = "compat",
        header = "Says whether this image may replace another one node by node.",
        description = {
            "Needs no database and no running service. --from-image: the nodes that run now have another image. --schema: the"
                    + " database has a schema version. With both, nodes of that image run on that schema; without --schema, it"
                    + " is the newest one that the image makes.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 rolling is possible, 3 recreate is needed (end all old nodes first), 1 failed, 2 wrong usage.",
            "",
            "Examples:",
            "  migration_tools compat --from-image v2.5.1",
            "  migration_tools compat --schema 1 --with-upgrade"
        })
public final class CompatCommand implements Callable<Integer> {

    @Option(
            names = "--from-image",
            paramLabel = "VERSION",
            description = "A release of this project, or a tag or an image of the reference, such as v2.5.1.")
    private Optional<String> fromImage = Optional.empty();

    @Option(names = "--schema", paramLabel = "VERSION", description = "Schema version of the database, such as 1.")
    private Optional<String> schema = Optional.empty();

    @Option(
            names = "--floor",
            paramLabel = "VERSION",
            description =
                    "Lowest service version that the database admits (its table metaservice_floor); for a schema that"
                            + " is newer than this image.")
    private Optional<String> floor = Optional.empty();

    @Option(
            names = "--with-upgrade",
            description = "The schema is upgraded to the newest version while nodes of both images run.")
    private boolean withUpgrade;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Prints the verdict. */
    @Override
    public Integer call() {
        try {
            Compatibility compatibility =
                    new Compatibility(SchemaCatalog.load(), BundledService.read(DistributionFolder.path()));
            Change change = change(compatibility);
            Verdict verdict = compatibility.decide(change);
            spec.commandLine().getOut().println(json ? verdict.json(change).toString() : verdict.text());
            return verdict.exitCode();
        } catch (IOException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private Change change(Compatibility compatibility) {
        if (fromImage.isEmpty() && schema.isEmpty()) {
            throw usage("expected --from-image VERSION, --schema VERSION or both");
        }
        ImageTable images = ImageTable.load();
        Optional<Image> from = fromImage.map(name -> images.find(name)
                .orElseThrow(
                        () -> usage("--from-image '" + name + "': expected one of these versions: " + images.known())));
        SchemaVersion at = schema.map(this::schemaVersion)
                .orElseGet(() -> from.orElseThrow().newestSchema());
        if (!compatibility.isKnown(at)) {
            throw usage("--schema " + at + ": expected 0, one of "
                    + compatibility.schemas().versions() + ", or a newer one");
        }
        return new Change(from, at, floor.map(this::serviceVersion), withUpgrade);
    }

    private SchemaVersion schemaVersion(String text) {
        try {
            return SchemaVersion.parse(text);
        } catch (IllegalArgumentException e) {
            throw usage("--schema '" + text + "': expected a number of 1 to 18 digits, such as 20230118020300");
        }
    }

    private ServiceVersion serviceVersion(String text) {
        try {
            return ServiceVersion.parse(text);
        } catch (IllegalArgumentException e) {
            throw usage("--floor '" + text + "': expected a service version, such as 3.0.0");
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}

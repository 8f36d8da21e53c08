package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One of the bundled services, as the manifest of its jar describes it.
 *
 * @param jar the file in {@code services/}
 * @param version its service version
 * @param lowestSchema the lowest schema version that it supports
 */
record Generation(Path jar, ServiceVersion version, SchemaVersion lowestSchema) {

    /** All services of the assembled distribution, oldest first. */
    static List<Generation> bundled() {
        try (Stream<Path> jars = Files.list(Distribution.assembled().services())) {
            return jars.map(Generation::read)
                    .sorted(Comparator.comparing(Generation::version))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version of the newest service, in the form that clients get. */
    static String newestVersion() {
        List<Generation> all = bundled();
        return all.get(all.size() - 1).version().toString();
    }

    /** All schema versions: 0, which is tables without a ledger, and the versions of the bundled migrations. */
    static List<SchemaVersion> schemas() {
        List<SchemaVersion> migrated = new Migrations(new PGSimpleDataSource()).bundled();
        return Stream.concat(Stream.of(SchemaVersion.ZERO), migrated.stream()).toList();
    }

    /** The newest service that supports a schema; the launcher has to choose it. */
    static Generation chosenFor(SchemaVersion schema) {
        return bundled().stream()
                .filter(generation -> generation.canRunOn(schema))
                .max(Comparator.comparing(Generation::version))
                .orElseThrow();
    }

    boolean canRunOn(SchemaVersion schema) {
        return lowestSchema.compareTo(schema) <= 0;
    }

    /** The newest schema for which this service is chosen. */
    SchemaVersion newestOwnSchema() {
        return schemas().stream()
                .filter(schema -> chosenFor(schema).equals(this))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Names of the recordings that the service has to answer, such as {@code v3/flows.jsonl}. */
    List<String> recordings() {
        return Recordings.of(folder());
    }

    /** Differences from the recordings that are allowed when the service runs on a schema. */
    DeclaredDifferences differences(SchemaVersion schema) {
        return ReviewedDivergences.of(folder(), version, schema);
    }

    private String folder() {
        return "v" + version.major();
    }

    private static Generation read(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes facts = file.getManifest().getMainAttributes();
            return new Generation(
                    jar,
                    ServiceVersion.parse(facts.getValue("Metaservice-Version")),
                    SchemaVersion.parse(facts.getValue("Metaservice-Schema-Min")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return version.toString();
    }
}

package metaservice.tools.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * A metadata service of this distribution, as the manifest of its jar describes it.
 *
 * @param schemaMin the lowest schema version that it runs on
 */
record BundledService(ServiceVersion version, SchemaVersion schemaMin) {

    private static final String METADATA = "metadata";

    /**
     * Reads the manifests of the services of a distribution, ascending by version.
     *
     * @param home folder of the distribution
     * @throws IOException if a file cannot be read, or there is no metadata service; the message says where
     */
    static List<BundledService> read(Path home) throws IOException {
        Path folder = home.resolve("services");
        List<BundledService> services = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
                jars.forEach(jar -> describe(jar).ifPresent(services::add));
            } catch (UncheckedIOException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        if (services.isEmpty()) {
            throw new IOException(
                    folder + " has no metadata service: run the script bin/migration_tools of a complete distribution");
        }
        services.sort(Comparator.comparing(BundledService::version));
        return List.copyOf(services);
    }

    private static Optional<BundledService> describe(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = Optional.ofNullable(file.getManifest()).orElseGet(Manifest::new);
            Attributes entries = manifest.getMainAttributes();
            String kind =
                    Optional.ofNullable(entries.getValue("Metaservice-Kind")).orElse(METADATA);
            return kind.strip().equals(METADATA)
                    ? Optional.of(new BundledService(
                            ServiceVersion.parse(entry(entries, "Metaservice-Version")),
                            SchemaVersion.parse(entry(entries, "Metaservice-Schema-Min"))))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(jar + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UncheckedIOException(new IOException(jar + " is not a service: " + e.getMessage(), e));
        }
    }

    private static String entry(Attributes entries, String name) {
        return Optional.ofNullable(entries.getValue(name))
                .map(String::strip)
                .orElseThrow(() -> new IllegalArgumentException("its manifest has no " + name));
    }
}

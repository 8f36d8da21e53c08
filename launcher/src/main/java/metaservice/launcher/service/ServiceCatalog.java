package metaservice.launcher.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.Seam;

/**
 * The bundled services, read once at start from the manifests of their jars. Loads no class of a service. Immutable.
 *
 * @param services ascending by version, at least one
 */
public record ServiceCatalog(List<BundledService> services) {

    /** Manifest entry: the kind of the service, such as {@code metadata}. */
    public static final String KIND = "Metaservice-Kind";
    /** Manifest entry: the version of the service, such as {@code 3.0.0}. */
    public static final String VERSION = "Metaservice-Version";
    /** Manifest entry: the lowest schema version that the service can run on. */
    public static final String SCHEMA_MIN = "Metaservice-Schema-Min";
    /** Manifest entry: the class that starts the service, a {@link metaservice.spi.ServiceProvider}. */
    public static final String PROVIDER = "Metaservice-Provider";

    /** Sorts and copies the list. */
    public ServiceCatalog {
        services = services.stream()
                .sorted(Comparator.comparing(BundledService::version))
                .toList();
    }

    /**
     * Reads the manifests of all jars in a folder.
     *
     * @throws CatalogException if there is no jar, if a jar is not a service, if a jar has a seam that this launcher
     *     does not load, or if two jars have the same kind and version; it reports all problems
     */
    public static ServiceCatalog read(Path folder) throws CatalogException {
        List<String> problems = new ArrayList<>();
        Map<String, BundledService> found = new HashMap<>();
        for (Path jar : jars(folder)) {
            try {
                BundledService service = describe(jar);
                BundledService duplicate = found.putIfAbsent(service.title(), service);
                if (duplicate != null) {
                    problems.add(jar + ": service version " + service.title() + " is also in " + duplicate.jar());
                }
            } catch (NotAServiceException e) {
                problems.add(jar + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new CatalogException(problems);
        }
        return new ServiceCatalog(List.copyOf(found.values()));
    }

    /** The bundled kinds, in alphabetical order. */
    public List<ServiceKind> kinds() {
        return services.stream()
                .map(BundledService::kind)
                .distinct()
                .sorted(Comparator.comparing(ServiceKind::name))
                .toList();
    }

    /** The services of one kind; empty if none is bundled. */
    public Optional<ServiceCatalog> ofKind(ServiceKind kind) {
        List<BundledService> ofKind =
                services.stream().filter(service -> service.kind().equals(kind)).toList();
        return ofKind.isEmpty() ? Optional.empty() : Optional.of(new ServiceCatalog(ofKind));
    }

    /**
     * Looks up the newest service that can run on a schema version.
     *
     * @param floor lowest service version that the database admits; empty admits all
     * @return empty if none is compatible
     */
    public Optional<BundledService> newestFor(SchemaVersion schema, Optional<ServiceVersion> floor) {
        return compatible(schema, floor).stream().findFirst();
    }

    /** All services that can run on a schema version, newest first. */
    public List<BundledService> compatible(SchemaVersion schema, Optional<ServiceVersion> floor) {
        return services.stream()
                .filter(service -> service.runsOn(schema) && service.isAdmitted(floor))
                .sorted(Comparator.comparing(BundledService::version).reversed())
                .toList();
    }

    /** The versions, ascending, separated by commas. */
    public String versions() {
        return services.stream().map(service -> service.version().toString()).collect(Collectors.joining(", "));
    }

    private static List<Path> jars(Path folder) throws CatalogException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.jar")) {
            entries.forEach(jars::add);
        } catch (IOException e) {
            throw new CatalogException(List.of(folder + ": expected a folder with service jars"));
        }
        if (jars.isEmpty()) {
            throw new CatalogException(List.of(folder + ": expected at least one service jar, found none"));
        }
        jars.sort(Comparator.naturalOrder());
        return jars;
    }

    private static BundledService describe(Path jar) throws NotAServiceException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            Attributes entries = manifest == null ? new Attributes() : manifest.getMainAttributes();
            ServiceVersion version = entry(entries, VERSION, "a version like 3.0.0", ServiceVersion::parse);
            checkSeam(entries);
            BundledService service = new BundledService(
                    entry(entries, KIND, "a kind like metadata", ServiceKind::new),
                    version,
                    entry(entries, SCHEMA_MIN, "the number of a schema version", SchemaVersion::parse),
                    entry(entries, PROVIDER, "a class name", Function.identity()),
                    jar);
            if (file.getEntry(service.provider().replace('.', '/') + ".class") == null) {
                throw new NotAServiceException(PROVIDER + " names " + service.provider() + ", which is not in the jar");
            }
            return service;
        } catch (IOException e) {
            throw new NotAServiceException("not a readable jar");
        }
    }

    private static void checkSeam(Attributes entries) throws NotAServiceException {
        String seam = Optional.ofNullable(entries.getValue(Seam.MANIFEST_ENTRY))
                .map(String::strip)
                .orElse("1");
        boolean loads = seam.matches("[0-9]{1,6}")
                && Integer.parseInt(seam) >= Seam.OLDEST
                && Integer.parseInt(seam) <= Seam.NUMBER;
        if (!loads) {
            throw new NotAServiceException("it was built for seam " + seam + ", and this launcher loads seams "
                    + Seam.OLDEST + " to " + Seam.NUMBER + ": build it against this launcher's service-spi");
        }
    }

    private static <T> T entry(Attributes entries, String name, String expected, Function<String, T> parse)
            throws NotAServiceException {
        String value = entries.getValue(name);
        if (value == null) {
            throw new NotAServiceException("its manifest has no " + name);
        }
        try {
            return parse.apply(value.strip());
        } catch (IllegalArgumentException e) {
            throw new NotAServiceException(name + " is '" + value + "'; expected " + expected);
        }
    }

    /** A jar is not a service; the message says why. */
    private static final class NotAServiceException extends Exception {
        NotAServiceException(String message) {
            super(message);
        }
    }
}

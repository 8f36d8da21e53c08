package metaservice.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks at what the build has put together: who is in it, and who knows whom. */
class DistributionIT {

    private static final Path HOME = Path.of("target", "metaservice");

    /** Our packages, and the others of ours that each may know. A service version may know these only. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.of(
            "metaservice.spi", Set.of(),
            "metaservice.kit", Set.of("metaservice.spi"),
            "metaservice.settings", Set.of(),
            "metaservice.migrations", Set.of("metaservice.settings"),
            "metaservice.launcher", Set.of("metaservice.migrations", "metaservice.settings", "metaservice.spi"),
            "metaservice.sts", Set.of("metaservice.spi"),
            "metaservice.tools", Set.of("metaservice.migrations", "metaservice.settings"));

    private static final Set<String> A_SERVICE_MAY_KNOW = Set.of("metaservice.kit", "metaservice.spi");

    /** What a service shares with the launcher and therefore must not bring along. */
    private static final List<String> SHARED =
            List.of("metaservice/spi/", "io/undertow/", "org/xnio/", "org/slf4j/", "org/jboss/");

    static List<Path> services() {
        return jars("services");
    }

    static List<Path> ourJars() {
        return Stream.concat(
                        services().stream(),
                        Stream.of("lib", "lib/sts")
                                .flatMap(folder -> jars(folder).stream())
                                .filter(jar -> !ownPackages(jar).isEmpty()))
                .toList();
    }

    private static List<Path> jars(String folder) {
        try (Stream<Path> files = Files.list(HOME.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> ownPackages(Path jar) {
        return entries(jar).stream()
                .filter(name -> name.startsWith("metaservice/") && name.endsWith(".class"))
                .map(name -> name.substring(0, name.lastIndexOf('/')).replace('/', '.'))
                .collect(Collectors.toSet());
    }

    private static List<String> entries(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyGenerationIsBundled() {
        assertEquals(
                List.of("service-v1.jar", "service-v2.jar", "service-v3.jar"),
                services().stream().map(jar -> jar.getFileName().toString()).toList());
    }

    @ParameterizedTest
    @MethodSource("services")
    void serviceDescribesItself(Path service) throws IOException {
        try (JarFile jar = new JarFile(service.toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertTrue(manifest.getValue("Metaservice-Version").matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
            assertTrue(manifest.getValue("Metaservice-Schema-Min").matches("[0-9]+"));
            assertTrue(jar.getEntry(manifest.getValue("Metaservice-Provider").replace('.', '/') + ".class") != null);
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void serviceBringsAlongNothingThatIsShared(Path service) {
        assertEquals(
                List.of(),
                entries(service).stream()
                        .map(entry -> entry.replaceFirst("^META-INF/versions/[0-9]+/", ""))
                        .filter(entry ->
                                entry.endsWith(".class") && SHARED.stream().anyMatch(entry::startsWith))
                        .toList());
    }

    @Test
    void noLibraryIsThereTwice() {
        Map<String, List<Path>> byName = Stream.of("lib", "lib/embedded", "lib/sts")
                .flatMap(folder -> jars(folder).stream())
                .collect(Collectors.groupingBy(
                        jar -> jar.getFileName().toString().replaceFirst("-[0-9].*", ""),
                        TreeMap::new,
                        Collectors.toList()));
        byName.values().removeIf(jars -> jars.size() == 1);
        assertEquals(Map.of(), byName);
    }

    @Test
    void launcherCarriesNoLibraryOfTheServices() {
        assertEquals(
                List.of(),
                jars("lib").stream()
                        .map(jar -> jar.getFileName().toString())
                        .filter(name -> name.matches("(service-kit|service-v|HikariCP).*"))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("ourJars")
    void roomsKnowOnlyWhomTheyMay(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            JavaClasses ours = new ClassFileImporter()
                    .withImportOption(location -> location.contains("!/metaservice/"))
                    .importJar(file);
            assertFalse(ours.isEmpty());
            List<String> forbidden = ours.stream()
                    .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
                    .filter(DistributionIT::isForbidden)
                    .map(Dependency::getDescription)
                    .sorted()
                    .toList();
            assertEquals(List.of(), forbidden);
        }
    }

    private static boolean isForbidden(Dependency dependency) {
        String from = room(dependency.getOriginClass().getPackageName());
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String to = room(target.getPackageName());
        return isOurs(to)
                && !to.equals(from)
                && !MAY_KNOW.getOrDefault(from, A_SERVICE_MAY_KNOW).contains(to);
    }

    /** The package of the module that a package belongs to: {@code metaservice.launcher} of its {@code .http}, too. */
    private static String room(String packageName) {
        return packageName.replaceFirst("^(metaservice\\.[a-z0-9]+)\\..*", "$1");
    }

    private static boolean isOurs(String packageName) {
        return packageName.startsWith("metaservice.");
    }
}

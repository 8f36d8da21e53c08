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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the built distribution: its files, and the dependencies between its modules. */
class DistributionIT {

    private static final Path HOME = Path.of("target", "metaservice");

    /**
     * The modules that are not service versions, by their root package, and the modules of this project that each may
     * use.
     */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "metaservice.spi", Set.of(),
            "metaservice.kit", Set.of("metaservice.spi"),
            "metaservice.resources", Set.of("metaservice.kit", "metaservice.spi"),
            "metaservice.settings", Set.of(),
            "metaservice.migrations", Set.of("metaservice.settings"),
            "metaservice.embedded", Set.of("metaservice.settings"),
            "metaservice.launcher", Set.of("metaservice.migrations", "metaservice.settings", "metaservice.spi"),
            "metaservice.sts", Set.of("metaservice.spi"),
            "metaservice.tools", Set.of("metaservice.migrations", "metaservice.settings"));

    private static final Set<String> A_SERVICE_MAY_USE =
            Set.of("metaservice.resources", "metaservice.kit", "metaservice.spi");

    private static final String LAUNCHER = "metaservice.launcher";

    /** The launcher's packages: each may use those before it. */
    private static final List<String> LAUNCHER_PACKAGES =
            List.of(LAUNCHER + ".http", LAUNCHER + ".service", LAUNCHER + ".swap", LAUNCHER + ".migration", LAUNCHER);

    /** A version of an API or of a schema. */
    private static final Pattern VERSION = Pattern.compile("\\b[123]\\.x\\b|20[0-9]{12}");

    /** The launcher shares these packages with services, so a service jar must not contain them. */
    private static final List<String> SHARED =
            List.of("metaservice/spi/", "io/undertow/", "org/xnio/", "org/slf4j/", "org/jboss/");

    /** Classes of this project by jar; kept because reading them takes seconds. */
    private static final Map<Path, JavaClasses> IMPORTED = new ConcurrentHashMap<>();

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
    void allServiceVersionsAreBundled() {
        assertEquals(
                List.of("service-v1.jar", "service-v2.jar", "service-v3.jar"),
                services().stream().map(jar -> jar.getFileName().toString()).toList());
    }

    @ParameterizedTest
    @MethodSource("services")
    void manifestDescribesTheService(Path service) throws IOException {
        try (JarFile jar = new JarFile(service.toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertTrue(manifest.getValue("Metaservice-Version").matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
            assertTrue(manifest.getValue("Metaservice-Schema-Min").matches("[0-9]+"));
            assertTrue(jar.getEntry(manifest.getValue("Metaservice-Provider").replace('.', '/') + ".class") != null);
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void serviceJarContainsNoSharedPackage(Path service) {
        assertEquals(
                List.of(),
                entries(service).stream()
                        .map(entry -> entry.replaceFirst("^META-INF/versions/[0-9]+/", ""))
                        .filter(entry ->
                                entry.endsWith(".class") && SHARED.stream().anyMatch(entry::startsWith))
                        .toList());
    }

    @Test
    void noLibraryIsDuplicated() {
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
    void launcherHasNoLibraryOfTheServices() {
        assertEquals(
                List.of(),
                jars("lib").stream()
                        .map(jar -> jar.getFileName().toString())
                        .filter(name -> name.matches("(service-kit|metadata-resources|service-v|HikariCP).*"))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("ourJars")
    void modulesUseOnlyAllowedModules(Path jar) {
        assertEquals(List.of(), dependencies(jar, DistributionIT::isForbidden));
    }

    /** A module that is missing in the table would be treated as a service version. */
    @Test
    void allOtherModulesAreInTheTable() {
        assertEquals(
                Set.of(),
                Stream.of("lib", "lib/sts")
                        .flatMap(folder -> jars(folder).stream())
                        .flatMap(jar -> ownPackages(jar).stream())
                        .map(DistributionIT::module)
                        .filter(module -> !MAY_USE.containsKey(module))
                        .collect(Collectors.toSet()));
    }

    /** The classes that generate the API document are used at build time only and are not in the jar. */
    @ParameterizedTest
    @MethodSource("services")
    void serviceJarIsComplete(Path jar) {
        Set<String> has = Set.copyOf(entries(jar));
        assertEquals(List.of(), dependencies(jar, dependency -> {
            JavaClass target = dependency.getTargetClass().getBaseComponentType();
            return isOurs(target)
                    && !module(target).equals("metaservice.spi")
                    && !has.contains(target.getName().replace('.', '/') + ".class");
        }));
        assertEquals(
                List.of(),
                has.stream().filter(name -> name.contains("/document/")).toList());
    }

    @Test
    void launcherPackagesUseOnlyThoseBelowThem() {
        Path jar = jars("lib").stream()
                .filter(file -> ownPackages(file).contains(LAUNCHER))
                .findAny()
                .orElseThrow();
        Set<String> unknown = new TreeSet<>(ownPackages(jar));
        LAUNCHER_PACKAGES.forEach(unknown::remove);
        assertEquals(Set.of(), unknown, "packages that are missing in the order");
        assertEquals(List.of(), dependencies(jar, DistributionIT::isUpward));
    }

    /** These modules work for every version; code for one version belongs to its service. */
    @ParameterizedTest
    @ValueSource(strings = {"service-kit", "launcher"})
    void sourcesNameNoVersion(String module) throws IOException {
        List<String> named = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Files.readString(file)
                        .lines()
                        .filter(line -> VERSION.matcher(line).find())
                        .forEach(line -> named.add(file + ": " + line.strip()));
            }
        }
        assertEquals(List.of(), named);
    }

    /** Descriptions of the dependencies of a jar that match. */
    private static List<String> dependencies(Path jar, Predicate<Dependency> condition) {
        JavaClasses ours = IMPORTED.computeIfAbsent(jar, DistributionIT::imported);
        assertFalse(ours.isEmpty());
        return ours.stream()
                .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
                .filter(condition)
                .map(Dependency::getDescription)
                .sorted()
                .toList();
    }

    private static JavaClasses imported(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return new ClassFileImporter()
                    .withImportOption(location -> location.contains("!/metaservice/"))
                    .importJar(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A module that is not in the table is a service version, which no other module may use. */
    private static boolean isForbidden(Dependency dependency) {
        String from = module(dependency.getOriginClass());
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        return isOurs(target)
                && !module(target).equals(from)
                && !MAY_USE.getOrDefault(from, A_SERVICE_MAY_USE).contains(module(target));
    }

    private static boolean isUpward(Dependency dependency) {
        JavaClass origin = dependency.getOriginClass();
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String to = target.getPackageName();
        return LAUNCHER_PACKAGES.indexOf(to) > LAUNCHER_PACKAGES.indexOf(origin.getPackageName());
    }

    private static boolean isOurs(JavaClass one) {
        return one.getPackageName().startsWith("metaservice.");
    }

    /** The root package of a module: the first two parts of the name. */
    private static String module(JavaClass one) {
        return module(one.getPackageName());
    }

    private static String module(String packageName) {
        return packageName.replaceFirst("^(metaservice\\.[^.]+).*", "$1");
    }
}

package metaservice.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;

/**
 * The migration files beside this class, in a jar or in a folder, read completely. Flyway reads the same list, so it
 * does not have to scan the class path. Immutable.
 */
final class BundledFiles implements ResourceProvider {

    private final Map<String, String> contents;

    /** @param contents of each file, by its name */
    BundledFiles(Map<String, String> contents) {
        this.contents = new TreeMap<>(contents);
    }

    /** Reads the files of this build. */
    static BundledFiles load() {
        Map<String, String> contents = new TreeMap<>();
        for (String name : names()) {
            contents.put(name, read(name));
        }
        return new BundledFiles(contents);
    }

    /** The migrations, ascending. */
    List<BundledMigration> migrations() {
        return contents.entrySet().stream()
                .filter(file ->
                        BundledMigration.FILE_NAME.matcher(file.getKey()).matches())
                .map(file -> BundledMigration.of(file.getKey(), file.getValue()))
                .sorted(Comparator.comparing(BundledMigration::version))
                .toList();
    }

    /** The same files without the statements that build the given indexes. */
    BundledFiles without(List<BundledMigration.ConcurrentIndex> indexes) {
        Map<String, String> changed = new TreeMap<>(contents);
        for (BundledMigration.ConcurrentIndex index : indexes) {
            changed.replaceAll((name, content) -> BundledMigration.without(index, content));
        }
        return new BundledFiles(changed);
    }

    /** Flyway looks up the script configuration beside a script; null means that there is none. */
    @Override
    public LoadableResource getResource(String name) {
        return contents.containsKey(name) ? new BundledFile(name, contents.get(name)) : null;
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return contents.entrySet().stream()
                .filter(file -> file.getKey().startsWith(prefix))
                .filter(file -> Stream.of(suffixes).anyMatch(file.getKey()::endsWith))
                .<LoadableResource>map(file -> new BundledFile(file.getKey(), file.getValue()))
                .toList();
    }

    private static List<String> names() {
        // Not the folder itself, because the test classes have a folder of the same name.
        URL here = BundledFiles.class.getResource("BundledFiles.class");
        try {
            List<String> names = "jar".equals(here.getProtocol()) ? namesInJar(here) : namesInFolder(here);
            return names.stream()
                    .filter(name -> name.endsWith(".sql") || name.endsWith(".sql.conf"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("migrations cannot be listed beside " + here, e);
        }
    }

    private static List<String> namesInFolder(URL here) throws IOException {
        try (Stream<Path> files =
                Files.list(Path.of(URI.create(here.toString())).getParent())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static List<String> namesInJar(URL here) throws IOException {
        JarURLConnection connection = (JarURLConnection) here.openConnection();
        connection.setUseCaches(false);
        String entry = connection.getEntryName();
        String folder = entry.substring(0, entry.lastIndexOf('/') + 1);
        try (JarFile jar = connection.getJarFile()) {
            return jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith(folder))
                    .map(name -> name.substring(folder.length()))
                    .toList();
        }
    }

    private static String read(String name) {
        try (InputStream file = BundledFiles.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("migration file " + name + " cannot be read", e);
        }
    }

    /** One file as a resource of Flyway. */
    private static final class BundledFile extends LoadableResource {

        private final String name;
        private final String content;

        private BundledFile(String name, String content) {
            this.name = name;
            this.content = content;
        }

        @Override
        public Reader read() {
            return new StringReader(content);
        }

        @Override
        public String getAbsolutePath() {
            return name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}

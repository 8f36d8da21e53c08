package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An installed JDK that the launcher has to run on.
 *
 * @param folder its real path
 * @param feature its main version, such as 17
 */
record JavaHome(Path folder, int feature) {

    private static final int OLDEST = 17;
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)[^\"]*\"");

    /** The JDK that runs this test. */
    static JavaHome running() {
        return new JavaHome(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /** All JDKs from 17 on among the running one, {@code JAVA_HOME} and the folders beside these two. */
    static Collection<JavaHome> installed() {
        Map<Path, JavaHome> homes = new TreeMap<>();
        Stream.concat(
                        Stream.of(System.getProperty("java.home")),
                        Optional.ofNullable(System.getenv("JAVA_HOME")).stream())
                .map(Path::of)
                .filter(Files::isDirectory)
                .flatMap(home -> beside(home).stream())
                .flatMap(folder -> of(folder).stream())
                .filter(home -> home.feature() >= OLDEST)
                .forEach(home -> homes.put(home.folder(), home));
        return homes.values().stream()
                .sorted(Comparator.comparingInt(JavaHome::feature))
                .toList();
    }

    private static List<Path> beside(Path home) {
        try {
            Path real = home.toRealPath();
            try (Stream<Path> folders = Files.list(real.getParent())) {
                return Stream.concat(Stream.of(real), folders).toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<JavaHome> of(Path folder) {
        Path release = folder.resolve("release");
        if (!Files.isReadable(release)
                || !Files.isExecutable(folder.resolve("bin").resolve("java"))) {
            return Optional.empty();
        }
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            return version.find()
                    ? Optional.of(new JavaHome(folder.toRealPath(), Integer.parseInt(version.group(1))))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

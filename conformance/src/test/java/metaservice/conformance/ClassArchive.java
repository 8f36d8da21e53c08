package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;

/**
 * The classes of the assembled launcher in the form in which a JVM takes them up without reading the jars, which makes a
 * start cheaper by a quarter. Made anew for each run of the tests, when a launcher is first started.
 */
final class ClassArchive {

    /** From this Java on, the start script says what native code may do, and archives are not made for that. */
    static final int FIRST_WITHOUT = 22;

    /** Relative to the module, where launchers run: an option's words may not have spaces. */
    private static final Path FILE = Path.of("target", "launcher.jsa");

    private ClassArchive() {}

    /** What makes a JVM use it; without it, a JVM that cannot use it starts all the same. */
    static String option() {
        return "-XX:SharedArchiveFile=" + Made.FILE;
    }

    /** Made once, by whoever comes first. */
    private static final class Made {

        static final Path FILE = make();

        /** A launcher that fills a database and swaps nothing has loaded what most launchers load. */
        private static Path make() {
            try (TestDatabase database = TestDatabases.empty()) {
                Map<String, String> environment = new HashMap<>(database.environment());
                environment.put(
                        "JAVA_OPTS", LauncherProcess.SHORT_LIVED + " -XX:ArchiveClassesAtExit=" + ClassArchive.FILE);
                try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                    launcher.stop();
                }
                return ClassArchive.FILE;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while making " + ClassArchive.FILE, e);
            }
        }
    }
}

package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;

/**
 * A class data sharing (CDS) archive of the classes of the assembled launcher. It reduces the CPU time of a start by a
 * quarter. Created once for each run of the tests, before the first launcher starts.
 */
final class ClassArchive {

    /** From this Java on no archive is used: the start script passes options on native access, which archives do not support. */
    static final int FIRST_WITHOUT = 22;

    /** Relative to the module's folder, where launchers run, because JAVA_OPTS cannot pass a path with spaces. */
    private static final Path FILE = Path.of("target", "launcher.jsa");

    private ClassArchive() {}

    /** The option that makes a JVM use the archive; a JVM that cannot use it starts without it. */
    static String option() {
        return "-XX:SharedArchiveFile=" + Made.FILE;
    }

    /** Creates the archive once, when the class is initialized. */
    private static final class Made {

        static final Path FILE = make();

        /** A launcher that fills an empty database has loaded the classes that most launchers load. */
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
                throw new IllegalStateException("interrupted while creating " + ClassArchive.FILE, e);
            }
        }
    }
}

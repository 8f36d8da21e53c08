package metaservice.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data folder of the test server: in memory if there is enough space, because cloning a database writes hundreds
 * of files.
 */
final class TestDataFolder {

    private static final Logger LOG = LoggerFactory.getLogger(TestDataFolder.class);
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long MIN_FREE_BYTES = 4L << 30;
    private static final String PREFIX = "metaservice-test-";

    private TestDataFolder() {}

    /** Creates a folder named after the process id; removes folders of processes that no longer exist. */
    static Path create() throws IOException {
        Path parent = inMemory() ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        removeOrphans(parent);
        return Files.createTempDirectory(
                parent, PREFIX + ProcessHandle.current().pid() + "-");
    }

    private static boolean inMemory() throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > MIN_FREE_BYTES;
    }

    /**
     * A PostgreSQL that still runs in such a folder detects within a minute that the folder is missing, and stops.
     */
    private static void removeOrphans(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*-*")) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                long pid = Long.parseLong(name.substring(PREFIX.length(), name.lastIndexOf('-')));
                if (ProcessHandle.of(pid).isEmpty()) {
                    remove(folder);
                }
            }
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // Another JVM removes it at the same time, or its PostgreSQL still writes. The next JVM retries.
            LOG.debug("{} is not removed yet", folder, e);
        }
    }
}

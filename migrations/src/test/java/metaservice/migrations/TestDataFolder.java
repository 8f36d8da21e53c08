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
 * Where the server for the tests keeps its data: in memory if there is room, because cloning a database writes hundreds of
 * files.
 */
final class TestDataFolder {

    private static final Logger LOG = LoggerFactory.getLogger(TestDataFolder.class);
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM = 4L << 30;
    private static final String PREFIX = "metaservice-test-";

    private TestDataFolder() {}

    /** A new folder, named after this process; what killed processes left behind is removed first. */
    static Path create() throws IOException {
        Path place = inMemory() ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        removeOrphans(place);
        return Files.createTempDirectory(place, PREFIX + ProcessHandle.current().pid() + "-");
    }

    private static boolean inMemory() throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOM;
    }

    /** A PostgreSQL that still runs in such a folder notices within a minute that it is gone, and ends. */
    private static void removeOrphans(Path place) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, PREFIX + "*-*")) {
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
            // Another JVM removes it, too, or its PostgreSQL still writes: the next JVM that starts tries again.
            LOG.debug("{} is not removed yet", folder, e);
        }
    }
}

package metaservice.embedded;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import metaservice.settings.DatabaseServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of an embedded PostgreSQL. While it is open, no other launcher can open it. Used by one thread.
 *
 * <pre>
 * folder/lock           held while a launcher uses the folder
 * folder/password       the superuser's password, mode 0600
 * folder/postgres/      the data directory
 * folder/postgres.log   PostgreSQL's log
 * </pre>
 */
final class DataFolder implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final Path folder;
    private final String major;

    private FileChannel lock;

    /**
     * Describes the folder; changes nothing.
     *
     * @param major the major version of the bundled PostgreSQL, as the file PG_VERSION spells it
     */
    DataFolder(Path folder, String major) {
        this.folder = folder.toAbsolutePath().normalize();
        this.major = major;
    }

    Path path() {
        return folder;
    }

    Path data() {
        return folder.resolve("postgres");
    }

    Path log() {
        return folder.resolve("postgres.log");
    }

    PasswordFile passwordFile() {
        return new PasswordFile(folder.resolve("password"));
    }

    AccessRules accessRules() {
        return new AccessRules(data());
    }

    /**
     * Makes the folder if it does not exist, takes its lock, and stops a server that a killed launcher left running in it.
     *
     * @param fresh whether existing data are deleted
     * @throws DatabaseServerException if the folder is in use or its data cannot be used
     */
    void open(boolean fresh) throws IOException, DatabaseServerException {
        Files.createDirectories(folder);
        lock = takeLock();
        requireOwnership();
        if (fresh) {
            stopServer();
            delete(data());
        }
        requireSameMajor();
        stopServer();
    }

    /**
     * Whether there is a data directory that PostgreSQL can use. One that an interrupted initdb left is deleted: PostgreSQL
     * does not accept it, and initdb does not fill it again.
     */
    boolean keepOnlyInitialized() throws IOException {
        boolean initialized = Files.exists(data().resolve("postgresql.conf"));
        if (!initialized) {
            delete(data());
        }
        return initialized;
    }

    private FileChannel takeLock() throws IOException, DatabaseServerException {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // This process has the lock already: the folder is in use, too.
        }
        channel.close();
        throw failed("another launcher is using the folder; stop it or name another folder", null);
    }

    /** PostgreSQL does not use data of another user, and it does not run as root. */
    private void requireOwnership() throws IOException, DatabaseServerException {
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root && !LinuxUtils.isUnshareAvailable()) {
            throw failed(
                    "PostgreSQL does not run as root, and 'unshare -U' does not work here; start as another user",
                    null);
        }
        Path probe = Files.createTempFile(folder, "owner", "");
        try {
            if (Files.exists(data()) && !Files.getOwner(data()).equals(Files.getOwner(probe))) {
                throw failed(
                        "the data belong to " + Files.getOwner(data()).getName() + ", not to "
                                + Files.getOwner(probe).getName() + "; start as that user or name another folder",
                        null);
            }
        } finally {
            Files.delete(probe);
        }
    }

    private void requireSameMajor() throws IOException, DatabaseServerException {
        Path file = data().resolve("PG_VERSION");
        if (Files.exists(file) && !Files.readString(file).strip().equals(major)) {
            throw failed(
                    "the data were written by PostgreSQL "
                            + Files.readString(file).strip() + ", and this is PostgreSQL " + major
                            + "; name another folder, or start afresh with --fresh",
                    null);
        }
    }

    /**
     * Stops the server that runs in the data directory, if there is one. A pid file whose number belongs to another process
     * is deleted.
     */
    void stopServer() throws IOException, DatabaseServerException {
        Path file = data().resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        ProcessHandle server = server(Files.readAllLines(file));
        if (server == null) {
            LOG.info("PostgreSQL in {} was not stopped properly the last time; it will recover", folder);
            Files.deleteIfExists(file);
            return;
        }
        LOG.info("Stopping PostgreSQL process {}, which still runs in {}", server.pid(), folder);
        server.destroy();
        try {
            server.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw failed(
                    "PostgreSQL process " + server.pid() + " did not stop within " + STOP_TIMEOUT.toSeconds()
                            + " s; stop it",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        }
    }

    private ProcessHandle server(List<String> pidFile) {
        return pidFile.stream()
                .limit(1)
                .map(String::strip)
                .filter(line -> line.matches("[0-9]{1,18}"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)).stream())
                .filter(process -> process.info().command().orElse("").endsWith("postgres"))
                .filter(this::usesOurData)
                .findAny()
                .orElse(null);
    }

    /** Another server may have the number by now: only one whose arguments name our data directory is ours. */
    private boolean usesOurData(ProcessHandle process) {
        return Stream.of(process.info().arguments().orElse(new String[0])).anyMatch(this::isData);
    }

    private boolean isData(String argument) {
        try {
            Path path = Path.of(argument);
            return Files.exists(path) && Files.isSameFile(path, data());
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A failure of this folder, as one sentence. */
    DatabaseServerException failed(String reason, Exception cause) {
        return new DatabaseServerException("Embedded PostgreSQL in " + folder + ": " + reason + ".", cause);
    }

    /** The last line of PostgreSQL's log, as the end of a sentence; empty if there is none. */
    String lastLogLine() {
        try {
            List<String> lines = Files.readAllLines(log());
            return lines.isEmpty()
                    ? ""
                    : "; last line of its log: " + lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}

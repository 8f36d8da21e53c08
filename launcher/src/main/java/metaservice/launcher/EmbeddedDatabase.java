package metaservice.launcher;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.Setting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of our own, for trying things out: it runs as long as the launcher and keeps its data in a folder. It
 * listens on the loopback interface only and lets everybody in who can reach that. Used by one thread.
 *
 * <pre>
 * folder/lock           held while a launcher uses the folder
 * folder/postgres/      the data directory
 * folder/postgres.log   what PostgreSQL says
 * </pre>
 */
final class EmbeddedDatabase implements DatabaseSource {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration ORPHAN_STOPS_WITHIN = Duration.ofSeconds(20);

    private final Path folder;
    private final boolean fresh;
    private final String major;
    private final Map<String, String> environment;

    private FileChannel lock;
    private EmbeddedPostgres postgres;

    /**
     * Describes the database; nothing happens yet.
     *
     * @param folder where the data live; made if it is missing
     * @param fresh whether to throw away what is in the folder
     * @param major version of PostgreSQL that the binaries are of, as the file PG_VERSION spells it
     * @param environment for the settings of the pool; those that name a database do not count
     */
    EmbeddedDatabase(Path folder, boolean fresh, String major, Map<String, String> environment) {
        this.folder = folder.toAbsolutePath().normalize();
        this.fresh = fresh;
        this.major = major;
        this.environment = withoutDatabase(environment);
    }

    /** The environment without the variables that say where the database is and who we are to it. */
    static Map<String, String> withoutDatabase(Map<String, String> environment) {
        Map<String, String> rest = new HashMap<>(environment);
        rest.keySet().removeIf(EmbeddedDatabase::namesDatabase);
        return rest;
    }

    private static boolean namesDatabase(String variable) {
        return variable.startsWith(Setting.DATABASE_PREFIX)
                && !variable.startsWith(Setting.DATABASE_PREFIX + "POOL_")
                && !variable.equals(Setting.DATABASE_PREFIX + "TIMEOUT");
    }

    @Override
    public DatabaseConfig open() throws StartFailedException {
        requireBinaries();
        try {
            Files.createDirectories(folder);
            lock = takeLock();
            requireOwnership();
            if (fresh) {
                stopOrphan();
                empty(data());
            }
            requireSameMajor();
            stopOrphan();
            postgres = start();
            return config(postgres.getPort());
        } catch (AccessDeniedException e) {
            throw failed("the folder cannot be used: access denied to " + e.getFile(), e);
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            throw failed(e + lastWords(), e);
        }
    }

    @Override
    public void close() {
        try {
            if (postgres != null) {
                postgres.close();
            }
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            LOG.warn("The embedded PostgreSQL in {} could not be stopped properly", folder, e);
        }
    }

    private Path data() {
        return folder.resolve("postgres");
    }

    private Path log() {
        return folder.resolve("postgres.log");
    }

    private static void requireBinaries() throws StartFailedException {
        try {
            Class.forName(EmbeddedPostgres.class.getName());
        } catch (ClassNotFoundException | LinkageError e) {
            throw new StartFailedException(
                    "This distribution comes without the embedded PostgreSQL: set " + Setting.DATABASE_PREFIX
                            + "HOST and its companions to use a database of yours.",
                    e);
        }
    }

    private FileChannel takeLock() throws IOException, StartFailedException {
        Path file = folder.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held inside this very process: as good as by another
        }
        channel.close();
        throw failed("another launcher is using the folder; stop it or name another folder", null);
    }

    /** PostgreSQL insists on owning its data directory, and root has to give up being root to run it. */
    private void requireOwnership() throws IOException, StartFailedException {
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

    private void requireSameMajor() throws IOException, StartFailedException {
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
     * Deals with what a killed launcher left: a PostgreSQL that is still running, or its pid file, whose number may
     * belong to somebody else by now. We hold the lock, so it is nobody's.
     */
    private void stopOrphan() throws IOException, StartFailedException {
        Path file = data().resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        ProcessHandle orphan = orphan(Files.readAllLines(file));
        if (orphan == null) {
            LOG.info("PostgreSQL in {} was not stopped properly the last time; it will recover", folder);
            Files.deleteIfExists(file);
            return;
        }
        LOG.info("Stopping PostgreSQL process {}, which a former launcher left behind in {}", orphan.pid(), folder);
        orphan.destroy();
        try {
            orphan.onExit().get(ORPHAN_STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw failed("PostgreSQL process " + orphan.pid() + " of a former launcher does not stop; stop it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        }
    }

    private ProcessHandle orphan(List<String> pidFile) {
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

    private static void empty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private EmbeddedPostgres start() throws IOException {
        // An initdb that was interrupted leaves a directory that PostgreSQL neither accepts nor fills again.
        if (!Files.exists(data().resolve("postgresql.conf"))) {
            empty(data());
        }
        ProcessBuilder.Redirect output = ProcessBuilder.Redirect.appendTo(log().toFile());
        return EmbeddedPostgres.builder()
                .setDataDirectory(data())
                .setCleanDataDirectory(false)
                // we stop it ourselves, after the requests in flight
                .setRegisterShutdownHook(false)
                .setPGStartupWait(STARTS_WITHIN)
                .setOutputRedirector(output)
                .setErrorRedirector(output)
                // the library turns these off or opens sockets in a shared place: fine for tests, not for kept data
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("unix_socket_directories", "")
                .start();
    }

    private DatabaseConfig config(int port) {
        Map<String, String> where = new HashMap<>(environment);
        where.put(Setting.DATABASE_PREFIX + "HOST", "localhost");
        where.put(Setting.DATABASE_PREFIX + "PORT", Integer.toString(port));
        return DatabaseConfig.fromEnvironment(where);
    }

    private StartFailedException failed(String reason, Exception cause) {
        return new StartFailedException("Embedded PostgreSQL in " + folder + ": " + reason + ".", cause);
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log());
            return lines.isEmpty()
                    ? ""
                    : "; its last words: " + lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            return "";
        }
    }
}

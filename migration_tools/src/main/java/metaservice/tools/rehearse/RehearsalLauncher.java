package metaservice.tools.rehearse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import metaservice.tools.database.DatabaseProblem;

/**
 * The launcher of this distribution as a child process, on a scratch database. Used by one thread; {@link #close} may be called
 * by any.
 */
final class RehearsalLauncher implements AutoCloseable {

    private static final long START_SECONDS = 90;
    private static final long STOP_SECONDS = 30;

    /** A line of the report of a start: a word and an address. */
    private static final Pattern ADDRESS = Pattern.compile("\\s*(metadata|migration)\\s+(http://\\S+).*");

    /** The last line of the report. */
    private static final Pattern LAST = Pattern.compile("\\s*client\\s.*");

    /**
     * Starts the program, and asks it to stop when standard input ends. That is when this process closes the pipe, or ends,
     * however it ends. The shell closes its own output, so that the pipe ends with the program.
     */
    private static final String SCRIPT =
            "\"$0\" & child=$!; exec > /dev/null; cat; kill \"$child\" 2> /dev/null; wait \"$child\"";

    private static final String END = "\0";

    private final Process process;
    private final Path log;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private Optional<URI> metadata = Optional.empty();
    private Optional<URI> migration = Optional.empty();

    private RehearsalLauncher(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the process; see {@link #awaitReady}.
     *
     * @param home folder of the distribution
     * @param environment all variables of the process
     */
    static RehearsalLauncher begin(Path home, Map<String, String> environment) throws IOException {
        Path log = Files.createTempFile("metaservice-rehearsal", ".log");
        String program = home.resolve("bin").resolve("metaservice").toString();
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", SCRIPT, program).redirectError(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        RehearsalLauncher launcher = new RehearsalLauncher(start(builder, log), log);
        launcher.readLines();
        return launcher;
    }

    private static Process start(ProcessBuilder builder, Path log) throws IOException {
        try {
            return builder.start();
        } catch (IOException e) {
            Files.deleteIfExists(log);
            throw e;
        }
    }

    /** The thread ends with the process, which closes its output. */
    private void readLines() {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                        out.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("(" + e.getMessage() + ")");
                    } finally {
                        lines.add(END);
                    }
                },
                "rehearsal-launcher-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Waits until it has printed its report, at most 90 seconds.
     *
     * @throws DatabaseProblem if it ends before, or takes longer; the message has the last line of its log
     */
    void awaitReady() throws DatabaseProblem, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        for (boolean ready = false; !ready; ) {
            String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new DatabaseProblem(
                        "The launcher on the copy was not ready within " + START_SECONDS + " s: " + lastLogLine());
            }
            if (line.equals(END)) {
                throw new DatabaseProblem("The launcher on the copy ended before it was ready: " + lastLogLine());
            }
            Matcher address = ADDRESS.matcher(line);
            if (address.matches()) {
                Optional<URI> found = Optional.of(URI.create(address.group(2).replaceAll("/+$", "")));
                metadata = address.group(1).equals("metadata") ? found : metadata;
                migration = address.group(1).equals("migration") ? found : migration;
            }
            ready = LAST.matcher(line).matches();
        }
    }

    /** Address of the metadata service. */
    URI metadata() {
        return metadata.orElseThrow();
    }

    /** Address of the migration service. */
    URI migration() {
        return migration.orElseThrow();
    }

    /** The last line of its log; for messages. */
    String lastLogLine() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("its log is empty");
        } catch (IOException | UncheckedIOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    /** Stops it by SIGTERM, after 30 seconds by SIGKILL. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (IOException e) {
            kill();
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
        deleteLog();
    }

    /** Ends it by SIGKILL. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        deleteLog();
    }

    private void deleteLog() {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            log.toFile().deleteOnExit();
        }
    }
}

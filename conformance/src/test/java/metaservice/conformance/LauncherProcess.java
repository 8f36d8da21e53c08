package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The assembled launcher in a process of its own, as operators start it. What it prints as its log is kept for the
 * messages of failing tests.
 */
final class LauncherProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final String END = "\0";

    /**
     * Halves the processor time of a process that ends before an optimizing compiler could pay off. Verifying the bytecode
     * of a service takes a seventh of what an upgrade with its swap takes; tests of {@code distribution} run with it.
     */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
            + " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";

    private static final JsonNode FLOW = Json.parse("{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}")
            .orElseThrow();

    private final Process process;
    private final Path log;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> report = new ArrayList<>();

    private LauncherProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it on the Java that runs this test and waits until it says that it is ready. */
    static LauncherProcess start(Map<String, String> environment) throws IOException, InterruptedException {
        return start(JavaHome.running(), environment);
    }

    /** Starts that of a distribution on the Java that runs this test and waits until it says that it is ready. */
    static LauncherProcess start(Distribution distribution, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(distribution, JavaHome.running(), environment);
    }

    /**
     * Starts it and waits until it says that it is ready.
     *
     * @param environment settings; without them it binds free ports on the loopback address, and upgrades as fast as it can
     * @throws AssertionError if it ends instead, or is not ready in time; the message holds its log
     */
    static LauncherProcess start(JavaHome java, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(Distribution.assembled(), java, environment);
    }

    private static LauncherProcess start(Distribution distribution, JavaHome java, Map<String, String> environment)
            throws IOException, InterruptedException {
        LauncherProcess launcher = begin(distribution, java, environment);
        try {
            launcher.awaitReport();
            return launcher;
        } catch (AssertionError e) {
            launcher.close();
            throw e;
        }
    }

    /** Starts it on the Java that runs this test and does not wait; see {@link #awaitReport}. */
    static LauncherProcess begin(Map<String, String> environment) throws IOException {
        return begin(Distribution.assembled(), JavaHome.running(), environment);
    }

    private static LauncherProcess begin(Distribution distribution, JavaHome java, Map<String, String> environment)
            throws IOException {
        Path log = Files.createTempFile("metaservice", ".log");
        Process process = command(distribution, java, environment, List.of())
                .redirectError(log.toFile())
                .start();
        LauncherProcess launcher = new LauncherProcess(process, log);
        launcher.readLines();
        return launcher;
    }

    /** Runs it to its end, which has to come soon, because it cannot or shall not start. */
    static ToolRun runToEnd(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("metaservice", ".log");
        Path out = Files.createTempFile("metaservice", ".out");
        Process process = command(Distribution.assembled(), JavaHome.running(), environment, List.of(arguments))
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            if (!process.waitFor(START.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running; it printed " + Files.readString(out) + Files.readString(log));
            }
            return new ToolRun(process.exitValue(), Files.readString(out), Files.readString(log));
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(out);
            Files.delete(log);
        }
    }

    /** Where clients find the metadata service. */
    URI metadata() {
        return URI.create(reported("metadata"));
    }

    /** Where operators find the migration service. */
    URI migration() {
        return URI.create(reported("migration"));
    }

    /** The version of the service that it says it runs. */
    String serviceVersion() {
        return firstWord(reported("service"));
    }

    /** The schema version that it says it found. */
    String schemaVersion() {
        return firstWord(reported("schema"));
    }

    /** The version of the service that answers clients at this moment, if one does. */
    Optional<String> servingVersion() throws IOException {
        return ask("GET", "/ping", NullNode.getInstance()).header("METADATA_SERVICE_VERSION");
    }

    /** Asks the metadata service, on a connection of its own. */
    Answer ask(String method, String path, JsonNode body) throws IOException {
        return send(metadata(), method, path, body);
    }

    /** Asks the metadata service to store a flow. */
    Answer createFlow(String flow) throws IOException {
        return ask("POST", "/flows/" + flow, FLOW);
    }

    /** Asks the migration service to upgrade the database, and waits for its answer. */
    Answer upgrade() throws IOException {
        return send(migration(), "PATCH", "/upgrade", NullNode.getInstance());
    }

    /** What the migration service says of the database. */
    Answer schemaStatus() throws IOException {
        return send(migration(), "GET", "/db_schema_status", NullNode.getInstance());
    }

    /** The errors that it has logged so far. */
    List<String> errors() {
        return log().lines().filter(line -> line.contains("[ERROR]")).toList();
    }

    /** Everything it has logged so far. */
    String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /**
     * Asks it to stop, as a container runtime does.
     *
     * @throws AssertionError unless it ends with code 0 in time
     */
    void stop() throws InterruptedException {
        process.destroy(); // SIGTERM
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running " + STOP.toSeconds() + " s after SIGTERM" + quotedLog());
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("exit code " + process.exitValue() + " after SIGTERM" + quotedLog());
        }
    }

    /** Ends it whatever it does, by SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** The same, and forgets its log; nothing but that to do after {@link #stop}. */
    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(log);
    }

    private static Answer send(URI door, String method, String path, JsonNode body) throws IOException {
        try (HttpConnection http = new HttpConnection(door, ANSWER)) {
            return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
        }
    }

    private static ProcessBuilder command(
            Distribution distribution, JavaHome java, Map<String, String> environment, List<String> arguments) {
        List<String> command = Stream.concat(
                        Stream.of(distribution.program("metaservice").toString()), arguments.stream())
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        // A developer's own MF_METADATA_DB_* must not reach the process.
        builder.environment().keySet().retainAll(List.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL"));
        builder.environment().put("JAVA_HOME", java.folder().toString());
        if (!environment.containsKey("JAVA_OPTS")) {
            builder.environment().put("JAVA_OPTS", options(distribution, java));
        }
        builder.environment()
                .putAll(Map.of(
                        "MF_METADATA_HOST", "127.0.0.1",
                        "MF_METADATA_PORT", "0",
                        "MF_MIGRATION_PORT", "0",
                        "MF_UPGRADE_PAUSES", "off"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** An archive is good for the Java and the jars that it was made with. */
    private static String options(Distribution distribution, JavaHome java) {
        boolean archived = java.equals(JavaHome.running())
                && java.feature() < ClassArchive.FIRST_WITHOUT
                && distribution.equals(Distribution.assembled());
        return archived ? SHORT_LIVED + " " + ClassArchive.option() : SHORT_LIVED;
    }

    private void readLines() {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                        out.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("(standard output broke off: " + e.getMessage() + ")");
                    } finally {
                        lines.add(END);
                    }
                },
                "launcher-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Waits until it says that it is ready. To be called once, after {@link #begin}.
     *
     * @throws AssertionError if it ends instead, or is not ready in time; the message holds its log
     */
    void awaitReport() throws InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        // The block ends with the line for clients.
        while (report.stream().noneMatch(line -> line.strip().startsWith("client"))) {
            String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new AssertionError("not ready within " + START.toSeconds() + " s" + quotedLog());
            }
            if (line.equals(END)) {
                throw new AssertionError("ended before it was ready, code " + process.waitFor() + quotedLog());
            }
            report.add(line);
        }
    }

    private String reported(String word) {
        return report.stream()
                .map(String::strip)
                .filter(line -> firstWord(line).equals(word))
                .map(line -> line.substring(word.length()).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line '" + word + "' in the start report " + report));
    }

    private static String firstWord(String text) {
        return text.split("\\s+", 2)[0];
    }

    private String quotedLog() {
        return log().lines().collect(Collectors.joining("\n  | ", "; its log:\n  | ", "\n"));
    }
}

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The assembled launcher in its own process, started as operators start it. Its log is kept for the messages of
 * failing tests.
 */
final class LauncherProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final String END = "\0";

    /**
     * JVM options that halve the processor time of a process too short-lived to profit from the optimizing compiler. Bytecode
     * of services is not verified, which saves a seventh of an upgrade with its swap; the tests of {@code distribution} run
     * with verification.
     */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
            + " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";

    private static final JsonNode FLOW = Json.parse("{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}")
            .orElseThrow();

    private final Process process;
    private final Path log;
    private final String lastReported;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> report = new ArrayList<>();

    private LauncherProcess(Process process, Path log, String lastReported) {
        this.process = process;
        this.log = log;
        this.lastReported = lastReported;
    }

    /** Starts the launcher on the Java of this test and waits until it is ready. */
    static LauncherProcess start(Map<String, String> environment) throws IOException, InterruptedException {
        return start(JavaHome.running(), environment);
    }

    /** Starts the launcher of a distribution on the Java of this test and waits until it is ready. */
    static LauncherProcess start(Distribution distribution, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(distribution, JavaHome.running(), environment);
    }

    /**
     * Starts the launcher and waits until it is ready.
     *
     * @param environment settings; by default it binds free ports on the loopback address, and upgrades without
     *     pauses
     * @throws AssertionError if it ends or is not ready within 90 seconds; the message contains its log
     */
    static LauncherProcess start(JavaHome java, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(Distribution.assembled(), java, environment);
    }

    private static LauncherProcess start(Distribution distribution, JavaHome java, Map<String, String> environment)
            throws IOException, InterruptedException {
        LauncherProcess launcher = begin(distribution, java, environment);
        launcher.awaitReportOrClose();
        return launcher;
    }

    private void awaitReportOrClose() throws IOException, InterruptedException {
        try {
            awaitReport();
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** Starts the launcher with the memory of a container, on the Java of this test, and waits until it is ready. */
    static LauncherProcess start(MemoryLimit limit, Map<String, String> environment)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(limit.environment());
        ProcessBuilder builder = command(Distribution.assembled(), JavaHome.running(), all, List.of());
        List<String> command = new ArrayList<>(limit.command());
        command.addAll(builder.command());
        LauncherProcess launcher = begin(builder.command(command), "client");
        launcher.awaitReportOrClose();
        return launcher;
    }

    /** Starts the launcher on the Java of this test without waiting; see {@link #awaitReport}. */
    static LauncherProcess begin(Map<String, String> environment) throws IOException {
        return begin(Distribution.assembled(), JavaHome.running(), environment);
    }

    private static LauncherProcess begin(Distribution distribution, JavaHome java, Map<String, String> environment)
            throws IOException {
        // The line for clients is the last one, unless nothing serves clients.
        String lastReported = "migration".equals(environment.get("MF_SERVICES")) ? "migration" : "client";
        return begin(command(distribution, java, environment, List.of()), lastReported);
    }

    private static LauncherProcess begin(ProcessBuilder command, String lastReported) throws IOException {
        Path log = Files.createTempFile("metaservice", ".log");
        Process process = command.redirectError(log.toFile()).start();
        LauncherProcess launcher = new LauncherProcess(process, log, lastReported);
        launcher.readLines();
        return launcher;
    }

    /**
     * Runs the launcher until it ends, at most 90 seconds; for starts that fail and for commands such as
     * {@code --help}.
     */
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
                throw new AssertionError("still running; its output: " + Files.readString(out) + Files.readString(log));
            }
            return new ToolRun(process.exitValue(), Files.readString(out), Files.readString(log));
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(out);
            Files.delete(log);
        }
    }

    /** Address of the metadata service. */
    URI metadata() {
        return URI.create(reported("metadata"));
    }

    /** Address of the migration service. */
    URI migration() {
        return URI.create(reported("migration"));
    }

    /** Whether its start report has a line that begins with this word. */
    boolean reports(String word) {
        return report.stream().anyMatch(line -> firstWord(line.strip()).equals(word));
    }

    /** Service version in the start report. */
    String serviceVersion() {
        return firstWord(reported("service"));
    }

    /** Schema version in the start report. */
    String schemaVersion() {
        return firstWord(reported("schema"));
    }

    /** Version of the service that answers requests now; empty if none does. */
    Optional<String> servingVersion() throws IOException {
        return ask("GET", "/ping", NullNode.getInstance()).header("METADATA_SERVICE_VERSION");
    }

    /** Sends a request to the metadata service on a new connection. */
    Answer ask(String method, String path, JsonNode body) throws IOException {
        return send(metadata(), method, path, body);
    }

    /** Creates a flow through the metadata service. */
    Answer createFlow(String flow) throws IOException {
        return ask("POST", "/flows/" + flow, FLOW);
    }

    /** Requests an upgrade from the migration service and waits for the response. */
    Answer upgrade() throws IOException {
        return send(migration(), "PATCH", "/upgrade", NullNode.getInstance());
    }

    /** Reads {@code /db_schema_status} of the migration service. */
    Answer schemaStatus() throws IOException {
        return send(migration(), "GET", "/db_schema_status", NullNode.getInstance());
    }

    /** The process, which the start script becomes. */
    ProcessHandle process() {
        return process.toHandle();
    }

    /** The lines with errors in the log so far. */
    List<String> errors() {
        return log().lines().filter(line -> line.contains("[ERROR]")).toList();
    }

    /** The log so far. */
    String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /**
     * Stops the launcher by SIGTERM, like a container runtime.
     *
     * @throws AssertionError unless it ends with code 0 within 40 seconds
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

    /** Ends the launcher by SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Ends the launcher by SIGKILL if it still runs, and deletes its log. */
    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(log);
    }

    private static Answer send(URI address, String method, String path, JsonNode body) throws IOException {
        try (HttpConnection http = new HttpConnection(address, ANSWER)) {
            return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
        }
    }

    private static ProcessBuilder command(
            Distribution distribution, JavaHome java, Map<String, String> environment, List<String> arguments) {
        List<String> command = Stream.concat(
                        Stream.of(distribution.program("metaservice").toString()), arguments.stream())
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        // MF_METADATA_DB_* variables of a developer must not reach the process.
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

    /** A class archive works only with the Java and the jars it was made from. */
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
                        lines.add("(standard output failed: " + e.getMessage() + ")");
                    } finally {
                        lines.add(END);
                    }
                },
                "launcher-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Waits until the launcher is ready. To be called once, after {@link #begin}.
     *
     * @throws AssertionError if it ends or is not ready within 90 seconds; the message contains its log
     */
    void awaitReport() throws InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (!reports(lastReported)) {
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

package metaservice.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: its output, its stop, its exit codes. */
@Timeout(120)
class ProcessIT {

    private static final Path PROGRAM =
            Path.of("target", "metaservice", "bin", "metaservice").toAbsolutePath();

    private static final Map<String, String> ANY_PORTS = Map.of("MF_METADATA_PORT", "0", "MF_MIGRATION_PORT", "0");

    private static final String HOST = "MF_METADATA_HOST";

    /** The JVM writes the name of every class that it loads to the file "classes". */
    private static final String LIST_CLASSES = "-XX:TieredStopAtLevel=1 -Xlog:class+load:file=classes";

    @TempDir
    private Path folder;

    private Process start(Path program, Map<String, String> environment, String... options) throws IOException {
        Map<String, String> local = new HashMap<>(Map.of(HOST, "127.0.0.1"));
        local.putAll(environment);
        return startOnAnyHost(program, local, options);
    }

    private Process startOnAnyHost(Path program, Map<String, String> environment, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MF_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // These processes are too short for the optimizing compiler.
        builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().putAll(ANY_PORTS);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private String lastError() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("err"));
        return lines.get(lines.size() - 1);
    }

    private static void assertStops(Process process) throws InterruptedException {
        process.toHandle().destroy(); // Process.destroy() would close the output
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
    }

    /** Reads the report of a successful start; its values by their names. */
    private static Map<String, String> report(Process process) throws IOException {
        BufferedReader out = process.inputReader();
        assertEquals("Metaservice is ready.", out.readLine());
        Map<String, String> values = new HashMap<>();
        for (String name : List.of("schema", "service", "metadata", "migration", "client")) {
            String line = out.readLine();
            assertTrue(line.startsWith("  " + name + " "), line);
            values.put(name, line.substring(2 + name.length()).strip());
        }
        return values;
    }

    private static int status(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void processStartedThroughALinkReportsServesAndStopsWithExitCodeZero() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), PROGRAM);
        try (TestDatabase database = TestDatabases.empty()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("JAVA_OPTS", LIST_CLASSES);
            Process process = start(link, environment);
            try {
                Map<String, String> report = report(process);
                assertTrue(report.get("schema").endsWith("(newest; applied just now to an empty database)"));
                assertTrue(report.get("service").startsWith("3."), report::toString);
                assertEquals(
                        "export METAFLOW_DEFAULT_METADATA=service METAFLOW_SERVICE_URL=" + report.get("metadata"),
                        report.get("client"));
                assertEquals(200, status(report.get("metadata") + "/ping"));
                assertEquals(200, status(report.get("migration") + "/ping"));
                assertStops(process);
                assertNull(process.inputReader().readLine(), "standard output has nothing after the report");
                assertTrue(loadedClasses("metaservice.launcher.") > 0);
                assertEquals(0, loadedClasses("metaservice.embedded.", "io.zonky."));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private long loadedClasses(String... prefixes) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("classes"))) {
            return lines.filter(line -> Stream.of(prefixes).anyMatch(line::contains))
                    .count();
        }
    }

    @Test
    void folderOfTheEmbeddedDatabaseIsRelativeToTheWorkingDirectory() throws Exception {
        Process process =
                start(PROGRAM, Map.of("JAVA_OPTS", LIST_CLASSES, "LOGLEVEL", "DEBUG"), "--embedded", "my data");
        try {
            Map<String, String> report = report(process);
            assertEquals(200, status(report.get("metadata") + "/flows"));
            String password =
                    Files.readString(folder.resolve("my data/password")).strip();
            assertTrue(password.length() >= 32);
            assertFalse(report.toString().contains(password));
            assertStops(process);
            assertTrue(loadedClasses("metaservice.embedded.") > 0);
            assertFalse(Files.readString(folder.resolve("err")).contains(password));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The image has no library of the embedded PostgreSQL. */
    @Test
    void missingEmbeddedDatabaseIsOneSentenceAndExitCodeOne() throws Exception {
        Path home = Files.createDirectories(folder.resolve("image"));
        for (String part : List.of("bin", "lib", "services")) {
            copy(PROGRAM.resolveSibling("../" + part).normalize(), home.resolve(part));
        }
        Process process = start(home.resolve("bin/metaservice"), Map.of(), "--embedded", "data");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertEquals(
                "This distribution comes without the embedded PostgreSQL: set MF_METADATA_DB_HOST and its companions to"
                        + " use a database of yours.",
                lastError());
    }

    /** Copies the files of a folder, without the folders in it. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void runUsesItsOwnDatabaseAndListensOnTheLoopbackAddressOnly() throws Exception {
        Path run = run(PROGRAM.getParent().getParent());
        Process process = startOnAnyHost(run, Map.of());
        try {
            Map<String, String> report = report(process);
            assertTrue(Files.isDirectory(folder.resolve("checkout/.run/data/postgres")));
            for (String listener : List.of("metadata", "migration")) {
                URI address = URI.create(report.get(listener));
                assertEquals("127.0.0.1", address.getHost());
                assertEquals(200, status(address + "/ping"));
                // Belongs to the same machine: a listener on 0.0.0.0 would answer.
                assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", address.getPort()).close());
            }
            assertStops(process);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void runListensOnTheConfiguredHost() throws Exception {
        Path distribution = Files.createDirectories(folder.resolve("distribution"));
        Path program = Files.createDirectories(distribution.resolve("bin")).resolve("metaservice");
        Files.writeString(program, "#!/bin/sh\necho \"$MF_METADATA_HOST $*\"\n");
        assertTrue(program.toFile().setExecutable(true));
        Path run = run(distribution);
        Process process = startOnAnyHost(run, Map.of(HOST, "0.0.0.0", "MF_METADATA_DB_HOST", "db"), "--version");
        assertEquals("0.0.0.0 --version", process.inputReader().readLine());
    }

    /** A copy of the script ./run, in a checkout that is built: its distribution is a link to the given one. */
    private Path run(Path distribution) throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Path target = Files.createDirectories(checkout.resolve("distribution/target"));
        Path lib = Files.createDirectories(checkout.resolve("distribution/src/main/lib"));
        Path sources = Path.of("").toAbsolutePath();
        Files.copy(sources.resolve("src/main/lib/java.sh"), lib.resolve("java.sh"));
        Files.createSymbolicLink(target.resolve("metaservice"), distribution);
        Files.createFile(target.resolve("run-built"));
        return Files.copy(sources.resolveSibling("run"), checkout.resolve("run"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void unreachableDatabaseIsOneSentenceAndExitCodeOne() throws Exception {
        Process process = start(
                PROGRAM,
                Map.of(
                        "MF_METADATA_DB_HOST", "127.0.0.1",
                        "MF_METADATA_DB_PORT", "1",
                        "MF_SERVICE_CONNECTION_RETRIES", "1"));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertTrue(lastError().startsWith("Database 127.0.0.1:1/postgres does not answer: "), lastError());
    }

    @Test
    void wrongSettingIsOneSentenceAndExitCodeTwo() throws Exception {
        Process process = start(PROGRAM, Map.of("MF_METADATA_PORT", "eighty"));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue());
        assertEquals("MF_METADATA_PORT is 'eighty'; expected an integer from 0 to 65535", lastError());
    }

    /** The virtual machine uses this exit code; the launcher does not. */
    @Test
    void processWithoutMemoryEndsWithExitCodeThree() throws Exception {
        Process process = start(PROGRAM, Map.of("JAVA_OPTS", "-Xmx4m", "MF_METADATA_DB_PORT", "1"));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(3, process.exitValue());
    }

    @Test
    void missingJavaIsOneSentenceAndExitCodeOne() throws Exception {
        Process process = start(PROGRAM, Map.of("JAVA_HOME", folder.toString()));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertTrue(lastError().startsWith("No Java found ("), lastError());
    }

    @Test
    void oldJavaIsOneSentenceAndExitCodeOne() throws Exception {
        Path java = Files.createDirectories(folder.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                echo 'openjdk version "11.0.2" 2019-01-15' >&2
                """);
        assertTrue(java.toFile().setExecutable(true));
        Process process = start(PROGRAM, Map.of("JAVA_HOME", folder.toString()));
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertTrue(lastError().startsWith("Java 11.0.2 ("), lastError());
    }
}

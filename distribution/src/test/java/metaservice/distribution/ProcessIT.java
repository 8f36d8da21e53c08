package metaservice.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    private static final Map<String, String> ANY_PORTS =
            Map.of("MF_METADATA_HOST", "127.0.0.1", "MF_METADATA_PORT", "0", "MF_MIGRATION_PORT", "0");

    @TempDir
    private Path folder;

    private Process start(Path program, Map<String, String> environment, String... options) throws IOException {
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
            Process process = start(link, database.environment());
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
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void folderOfTheEmbeddedDatabaseIsRelativeToTheWorkingDirectory() throws Exception {
        Process process = start(PROGRAM, Map.of(), "--embedded", "my data");
        try {
            assertEquals(200, status(report(process).get("metadata") + "/flows"));
            assertTrue(Files.isDirectory(folder.resolve("my data")));
            assertStops(process);
        } finally {
            process.destroyForcibly();
        }
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

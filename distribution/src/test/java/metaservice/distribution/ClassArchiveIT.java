package metaservice.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes: it is used if it is intact, and otherwise the process starts as if there were none. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassArchiveIT {

    private static final Path ASSEMBLED = Path.of("target", "metaservice").toAbsolutePath();

    private Path home;
    private Path archive;
    private byte[] intact;

    @BeforeAll
    void makeArchive(@TempDir Path folder) throws Exception {
        home = folder.resolve("home");
        copy(ASSEMBLED, home);
        Process script = new ProcessBuilder(
                        "sh", home.resolve("lib/make-archive.sh").toString())
                .redirectErrorStream(true)
                .directory(folder.toFile())
                .start();
        Run run = Run.of(script);
        assertEquals(new Run(0, List.of()), run);
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            List<Path> made = files.filter(file -> file.getFileName().toString().startsWith("classes-"))
                    .sorted()
                    .toList();
            assertEquals(2, made.size(), made::toString);
            archive = made.get(1);
        }
        intact = Files.readAllBytes(archive);
    }

    /** What a process printed, standard error included. */
    private record Run(int exitCode, List<String> lines) {
        static Run of(Process process) throws IOException, InterruptedException {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                List<String> lines = out.lines().toList();
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
                return new Run(process.exitValue(), lines);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @BeforeEach
    void restoreArchive() throws IOException {
        Files.write(archive, intact);
    }

    private ProcessBuilder program(String... options) {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/metaservice").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.getParent().toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("MF_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment()
                .putAll(Map.of("MF_METADATA_HOST", "127.0.0.1", "MF_METADATA_PORT", "0", "MF_MIGRATION_PORT", "0"));
        return builder;
    }

    private void assertPrintsItsVersionOnly() throws Exception {
        Run run = Run.of(program("--version").start());
        assertEquals(0, run.exitCode(), run::toString);
        assertEquals(1, run.lines().size(), run::toString);
        assertTrue(run.lines().get(0).startsWith("metaservice "), run::toString);
    }

    @Test
    void archiveContainsTheLauncherAndTheService() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            ProcessBuilder builder = program();
            builder.environment().putAll(database.environment());
            builder.environment().put("JAVA_OPTS", "-Xlog:class+load:file=loaded");
            builder.environment().put("LOGLEVEL", "WARNING");
            Process process = builder.start();
            try (BufferedReader out = process.inputReader()) {
                assertEquals("Metaservice is ready.", out.readLine());
            } finally {
                process.destroy();
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            }
        }
        List<String> loaded = Files.readAllLines(home.resolveSibling("loaded"));
        for (String name :
                List.of("metaservice.launcher.Main", "metaservice.v3.V3Provider", "metaservice.kit.Router")) {
            assertTrue(
                    loaded.stream()
                            .anyMatch(line -> line.contains(" " + name + " ") && line.contains("shared objects file")),
                    name);
        }
        assertFalse(
                loaded.stream().anyMatch(line -> line.contains(" org.flywaydb.core.internal.")), "Flyway is not used");
        assertFalse(
                loaded.stream().anyMatch(line -> line.contains(" picocli.CommandLine$Model")), "picocli is not used");
    }

    @Test
    void shorterArchiveIsIgnored() throws Exception {
        Files.write(archive, new byte[0]);
        assertPrintsItsVersionOnly();
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.write(intact, 0, intact.length / 2);
        }
        assertPrintsItsVersionOnly();
    }

    @Test
    void damagedArchiveIsIgnored() throws Exception {
        byte[] damaged = intact.clone();
        for (int i = damaged.length / 4; i < damaged.length; i += 1024) {
            damaged[i] ^= 1;
        }
        Files.write(archive, damaged);
        assertPrintsItsVersionOnly();
    }

    /** As one of another Java would be: its header is different. */
    @Test
    void archiveWithAnotherHeaderIsIgnored() throws Exception {
        byte[] other = intact.clone();
        for (int i = 0; i < 1024; i++) {
            other[i] ^= 1;
        }
        Files.write(archive, other);
        assertPrintsItsVersionOnly();
    }

    @Test
    void archiveOfOtherJarsIsIgnored() throws Exception {
        Path jar = home.resolve("lib/another.jar");
        Files.copy(home.resolve("services/service-v1.jar"), jar);
        try {
            assertPrintsItsVersionOnly();
        } finally {
            Files.delete(jar);
        }
    }
}

package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseIT {

    private static final String MAJOR = BuildFacts.read().embeddedPostgresMajor();
    private static final Map<String, String> ELSEWHERE = Map.of(
            "MF_METADATA_DB_HOST", "elsewhere.invalid",
            "MF_METADATA_DB_DSN", "host=elsewhere.invalid",
            "MF_METADATA_DB_POOL_MAX", "3");

    @TempDir
    private Path folder;

    private EmbeddedDatabase database(boolean fresh) {
        return new EmbeddedDatabase(folder.resolve("a folder"), fresh, MAJOR, ELSEWHERE);
    }

    private Path data() {
        return folder.resolve("a folder").resolve("postgres");
    }

    @Test
    void dataAreKeptUntilAFreshStart() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            DatabaseConfig config = database.open();
            assertEquals(3, config.poolMax());
            execute(config, "create table kept (n integer)");
        }
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.open()));
        }
        try (EmbeddedDatabase database = database(true)) {
            assertFalse(hasTable(database.open()));
        }
    }

    @Test
    void folderInUseIsToldInOneSentence() throws Exception {
        try (EmbeddedDatabase first = database(false);
                EmbeddedDatabase second = database(true)) {
            DatabaseConfig config = first.open();
            assertFailure(second, "another launcher is using the folder; stop it or name another folder.");
            assertFalse(hasTable(config), "the first one is untouched");
        }
    }

    @Test
    void dataOfAnotherMajorVersionAreToldInOneSentence() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("PG_VERSION"), "9\n");
        Files.writeString(data().resolve("postgresql.conf"), "");
        try (EmbeddedDatabase database = database(false)) {
            assertFailure(
                    database,
                    "the data were written by PostgreSQL 9, and this is PostgreSQL " + MAJOR
                            + "; name another folder, or start afresh with --fresh.");
        }
    }

    @Test
    void pidFileOfSomebodyElseIsNoHindrance() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            database.open();
        }
        Files.writeString(
                data().resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n");
        try (EmbeddedDatabase database = database(false)) {
            assertFalse(hasTable(database.open()));
        }
    }

    @Test
    void anotherServerThatHasTheNumberByNowIsLeftAlone() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            database.open();
        }
        try (EmbeddedDatabase other = new EmbeddedDatabase(folder.resolve("other"), false, MAJOR, ELSEWHERE)) {
            DatabaseConfig config = other.open();
            Files.copy(folder.resolve("other/postgres/postmaster.pid"), data().resolve("postmaster.pid"));
            try (EmbeddedDatabase database = database(false)) {
                assertFalse(hasTable(database.open()));
                assertFalse(hasTable(config), "the other one answers");
            }
        }
    }

    @Test
    void initializationThatWasInterruptedBeginsAgain() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("PG_VERSION"), MAJOR + "\n");
        try (EmbeddedDatabase database = database(false)) {
            assertFalse(hasTable(database.open()));
        }
    }

    @Test
    void postgresThatAKilledLauncherLeftRunningIsStopped() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            execute(database.open(), "create table kept (n integer)");
        }
        LeavesItRunning.in(data().getParent());
        ProcessHandle left = process();
        assertTrue(left.isAlive());
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.open()));
            assertFalse(left.isAlive());
        }
    }

    /** A launcher that is killed after it started the database. */
    static final class LeavesItRunning {

        private LeavesItRunning() {}

        public static void main(String[] args) throws Exception {
            new EmbeddedDatabase(Path.of(args[0]), false, MAJOR, Map.of()).open();
            Runtime.getRuntime().halt(0);
        }

        static void in(Path folder) throws Exception {
            Process launcher = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LeavesItRunning.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertTrue(launcher.waitFor(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(0, launcher.exitValue());
        }
    }

    @Test
    void killedPostgresRecovers() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            execute(database.open(), "create table kept (n integer)");
            ProcessHandle process = process();
            process.destroyForcibly();
            process.onExit().get(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        }
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.open()));
        }
    }

    private ProcessHandle process() throws Exception {
        String pid = Files.readAllLines(data().resolve("postmaster.pid")).get(0);
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static void assertFailure(EmbeddedDatabase database, String end) {
        StartFailedException failure = assertThrows(StartFailedException.class, database::open);
        assertTrue(failure.getMessage().endsWith(end), failure::getMessage);
        assertEquals(ExitCode.FAILED, failure.exitCode());
    }

    private static void execute(DatabaseConfig config, String sql) throws SQLException {
        try (Connection connection = config.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean hasTable(DatabaseConfig config) throws SQLException {
        try (Connection connection = config.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select to_regclass('kept') is not null")) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}

package metaservice.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.DatabaseServerException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

class EmbeddedDatabaseIT {

    private static final String MAJOR = EmbeddedDatabaseProvider.major();
    private static final Map<String, String> ELSEWHERE = Map.of(
            "MF_METADATA_DB_HOST", "elsewhere.invalid",
            "MF_METADATA_DB_DSN", "host=elsewhere.invalid",
            "MF_METADATA_DB_POOL_MAX", "3");

    private static final long DEADLINE_SECONDS = 30;

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
            DatabaseConfig config = database.start();
            assertEquals(3, config.poolMax());
            execute(config, "create table kept (n integer)");
        }
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.start()));
        }
        try (EmbeddedDatabase database = database(true)) {
            assertFalse(hasTable(database.start()));
        }
    }

    @Test
    void folderInUseIsRefusedWithOneSentence() throws Exception {
        try (EmbeddedDatabase first = database(false);
                EmbeddedDatabase second = database(true)) {
            DatabaseConfig config = first.start();
            assertFailure(second, "another launcher is using the folder; stop it or name another folder.");
            assertFalse(hasTable(config), "the first one is untouched");
        }
    }

    @Test
    void dataOfAnotherMajorVersionAreRefusedWithOneSentence() throws Exception {
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

    @Tag("extended")
    @Test
    void pidFileWithTheNumberOfAnotherProgramIsIgnored() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            database.start();
        }
        Files.writeString(
                data().resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n");
        try (EmbeddedDatabase database = database(false)) {
            assertFalse(hasTable(database.start()));
        }
    }

    @Tag("extended")
    @Test
    void otherServerWithTheSameProcessIdKeepsRunning() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            database.start();
        }
        try (EmbeddedDatabase other = new EmbeddedDatabase(folder.resolve("other"), false, MAJOR, ELSEWHERE)) {
            DatabaseConfig config = other.start();
            Files.copy(folder.resolve("other/postgres/postmaster.pid"), data().resolve("postmaster.pid"));
            try (EmbeddedDatabase database = database(false)) {
                assertFalse(hasTable(database.start()));
                assertFalse(hasTable(config), "the other one answers");
            }
        }
    }

    @Test
    void connectionNeedsTheRandomPasswordInAFileThatOnlyItsOwnerCanRead() throws Exception {
        String password;
        try (EmbeddedDatabase database = database(false)) {
            DatabaseConfig config = database.start();
            password = password(config);
            assertFalse(hasTable(config), "with the password");
            assertEquals("08004", refused(config, null), "without a password");
            assertEquals("28P01", refused(config, "postgres"), "with a wrong password");
            assertEquals(password + "\n", Files.readString(passwordFile()));
            assertTrue(password.matches("[A-Za-z0-9_-]{32,}"));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(passwordFile())));
        }
        try (EmbeddedDatabase database = database(false)) {
            assertEquals(password, password(database.start()), "kept");
        }
        try (EmbeddedDatabase database = database(true)) {
            assertNotEquals(password, password(database.start()), "new after a fresh start");
        }
    }

    /** Fails if the file is made first and gets its mode afterwards: the mode that new files get by default is wider. */
    @Test
    void passwordFileHasItsModeFromTheMomentItExists() throws Exception {
        PasswordFile file = new PasswordFile(folder.resolve("password"));
        Set<String> modes = ConcurrentHashMap.newKeySet();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                try {
                    modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
                } catch (IOException e) {
                    // It does not exist at this moment.
                }
            }
        });
        watcher.start();
        for (int i = 0; i < 200 || modes.isEmpty(); i++) {
            file.create();
        }
        done.set(true);
        watcher.join();
        assertEquals(Set.of("rw-------"), modes);
    }

    @Test
    void passwordIsInNoLogAndInNoProcessesArguments() throws Exception {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        makeOfAnEarlierVersion();
        Set<String> arguments = ConcurrentHashMap.newKeySet();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                ProcessHandle.allProcesses()
                        .forEach(process -> process.info().commandLine().ifPresent(arguments::add));
            }
        });
        watcher.start();
        List<String> passwords = new ArrayList<>();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (boolean fresh : new boolean[] {false, true}) {
                try (EmbeddedDatabase database = database(fresh)) {
                    DatabaseConfig config = database.start();
                    passwords.add(password(config));
                    assertFalse(config.toString().contains(password(config)));
                }
            }
        } finally {
            System.setErr(err);
            done.set(true);
            watcher.join();
        }
        assertTrue(
                arguments.stream().anyMatch(line -> line.contains("initdb") && line.contains("--pwfile=")),
                "initdb was among the processes");
        String postgresLog = Files.readString(data().resolveSibling("postgres.log"));
        for (String password : passwords) {
            assertFalse(log.toString(StandardCharsets.UTF_8).contains(password));
            assertFalse(postgresLog.contains(password));
            assertFalse(arguments.stream().anyMatch(line -> line.contains(password)));
        }
    }

    @Tag("extended")
    @Test
    void dataOfAnEarlierVersionGetAPassword() throws Exception {
        makeOfAnEarlierVersion();
        String password;
        try (EmbeddedDatabase database = database(false)) {
            DatabaseConfig config = database.start();
            password = password(config);
            assertTrue(hasTable(config));
            assertEquals("08004", refused(config, null));
            assertFalse(Files.readString(data().resolve("pg_hba.conf"))
                    .lines()
                    .anyMatch(line -> line.matches("[^#]*\\btrust\\b.*")));
        }
        try (EmbeddedDatabase database = database(false)) {
            DatabaseConfig config = database.start();
            assertEquals(password, password(config));
            assertTrue(hasTable(config));
        }
    }

    /** The password was stored, but the server's rules were not changed any more. */
    @Tag("extended")
    @Test
    void interruptedMoveToAPasswordIsDoneAgain() throws Exception {
        makeOfAnEarlierVersion();
        new PasswordFile(passwordFile()).create();
        try (EmbeddedDatabase database = database(false)) {
            DatabaseConfig config = database.start();
            assertTrue(hasTable(config));
            assertEquals("08004", refused(config, null));
        }
    }

    /** As earlier versions made it: every local connection is accepted, and there is no password. */
    private void makeOfAnEarlierVersion() throws Exception {
        Files.createDirectories(data().getParent());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setDataDirectory(data())
                        .setCleanDataDirectory(false)
                        .setServerConfig("unix_socket_directories", "")
                        .start();
                Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept (n integer)");
        }
    }

    @Test
    void missingOrWrongPasswordIsRefusedWithOneSentenceAndLeavesNoServer() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            database.start();
        }
        Files.delete(passwordFile());
        try (EmbeddedDatabase database = database(false)) {
            assertFailure(
                    database,
                    "the file " + passwordFile()
                            + " with the password is missing; restore it, or start afresh with --fresh.");
        }
        String wrong = new PasswordFile(passwordFile()).create();
        try (EmbeddedDatabase database =
                new EmbeddedDatabase(data().getParent(), false, MAJOR, ELSEWHERE, Duration.ofSeconds(10))) {
            DatabaseServerException failure = assertThrows(DatabaseServerException.class, database::start);
            assertTrue(
                    failure.getMessage()
                            .endsWith("the password in " + passwordFile()
                                    + " is not the one of the database; restore it, or start afresh with --fresh."),
                    failure::getMessage);
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertFalse(trace.toString().contains(wrong));
        }
        assertFalse(Files.exists(data().resolve("postmaster.pid")));
    }

    private Path passwordFile() {
        return data().resolveSibling("password");
    }

    private static String password(DatabaseConfig config) {
        return config.jdbcProperties().get("password");
    }

    /** The SQL state with which a connection is refused. */
    private static String refused(DatabaseConfig config, String password) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(config.jdbcUrl());
        dataSource.setUser("postgres");
        dataSource.setPassword(password);
        return assertThrows(SQLException.class, () -> dataSource.getConnection().close())
                .getSQLState();
    }

    @Tag("extended")
    @Test
    void initializationThatWasInterruptedBeginsAgain() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("PG_VERSION"), MAJOR + "\n");
        try (EmbeddedDatabase database = database(false)) {
            assertFalse(hasTable(database.start()));
        }
    }

    @Tag("extended")
    @Test
    void postgresThatAKilledLauncherLeftRunningIsStopped() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            execute(database.start(), "create table kept (n integer)");
        }
        LeavesItRunning.in(data().getParent());
        ProcessHandle left = process();
        assertTrue(left.isAlive());
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.start()));
            assertFalse(left.isAlive());
        }
    }

    /** A launcher that is killed after it started the database. */
    static final class LeavesItRunning {

        private LeavesItRunning() {}

        public static void main(String[] args) throws Exception {
            new EmbeddedDatabase(Path.of(args[0]), false, MAJOR, Map.of()).start();
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
            assertTrue(launcher.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS));
            assertEquals(0, launcher.exitValue());
        }
    }

    @Tag("extended")
    @Test
    void killedPostgresRecovers() throws Exception {
        try (EmbeddedDatabase database = database(false)) {
            execute(database.start(), "create table kept (n integer)");
            ProcessHandle process = process();
            process.destroyForcibly();
            process.onExit().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
        try (EmbeddedDatabase database = database(false)) {
            assertTrue(hasTable(database.start()));
        }
    }

    private ProcessHandle process() throws Exception {
        String pid = Files.readAllLines(data().resolve("postmaster.pid")).get(0);
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static void assertFailure(EmbeddedDatabase database, String end) {
        DatabaseServerException failure = assertThrows(DatabaseServerException.class, database::start);
        assertTrue(failure.getMessage().endsWith(end), failure::getMessage);
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

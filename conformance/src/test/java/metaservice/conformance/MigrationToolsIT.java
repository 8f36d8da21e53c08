package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of {@code migration_tools} that need no launcher, run as operators run them. */
class MigrationToolsIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private static final String ROWS = """
            INSERT INTO flows_v3 (flow_id, ts_epoch, tags, system_tags) VALUES ('A flow', 1, '[]', '[]'), ('B', 2, '[]', '[]');
            INSERT INTO runs_v3 (flow_id, run_number, user_name, ts_epoch, tags, system_tags)
                SELECT 'A flow', nextval('runs_v3_run_number_seq'), 'u', n, '["t"]', '["user:u"]' FROM generate_series(1, 50) n;
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch, tags, system_tags)
                SELECT flow_id, run_number, s, ts_epoch, '[]', '[]' FROM runs_v3, unnest(ARRAY['start', 'end']) s;
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, ts_epoch, tags, system_tags)
                SELECT flow_id, run_number, step_name, ts_epoch, '[]', '[]' FROM steps_v3;
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, user_name, ts_epoch,
                                     tags, system_tags)
                SELECT flow_id, run_number, step_name, task_id, f, 'v', 't', 'u', ts_epoch, '["attempt_id:0"]', '[]'
                FROM tasks_v3, unnest(ARRAY['attempt', 'attempt_ok']) f;
            INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, sha, type, content_type,
                                     user_name, attempt_id, ts_epoch, tags, system_tags)
                SELECT flow_id, run_number, step_name, task_id, a, 'l', 's3', 's', 't', 'c', 'u', 0, ts_epoch, '[]', '[]'
                FROM tasks_v3, unnest(ARRAY['x', '_task_ok']) a;
            """;

    /** A checksum of the rows of each table, the definitions of indexes and the values of sequences. */
    private static final String CONTENTS = """
            SELECT c.relname::text, CASE c.relkind
                   WHEN 'i' THEN pg_get_indexdef(c.oid)
                   WHEN 'S' THEN pg_sequence_last_value(c.oid)::text
                   ELSE md5(query_to_xml(format('SELECT t::text FROM %I t ORDER BY 1', c.relname), true, true, '')::text) END
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i', 'S') ORDER BY 1
            """;

    private static final String SCRATCH =
            "SELECT datname FROM pg_database WHERE datname LIKE 'metaservice\\_rehearsal\\_%'";

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "--from-image v2.5.1                    | 0 | rolling is possible: on schema 20230118020300 this image runs 2.5.1",
                "--from-image 1.0.1                     | 0 | rolling is possible: on schema 1 this image runs 1.0.1",
                "--from-image 1.0.1 --with-upgrade      | 3 | recreate is needed: the reference's 1.0.1",
                "--from-image 0.1.0 --with-upgrade      | 0 | rolling is possible",
                "--schema 1                             | 0 | rolling is possible: on schema 1 this image runs 1.0.1",
                "--schema 20261120000000                | 0 | rolling is possible: on schema 20261120000000 this image runs 3.0.0",
                "--schema 29990101000000                | 3 | recreate is needed: schema 29990101000000 is newer than this image",
                "--schema 29990101000000 --floor 3.0.0  | 0 | rolling is possible",
                "--schema 29990101000000 --floor 4.0.0  | 3 | recreate is needed",
                "--from-image v9                        | 2 | --from-image 'v9': expected one of these versions: of the reference 1.0.0,",
                "--schema 7                             | 2 | --schema 7: expected 0, one of [1, 20200603104139",
                "--json                                 | 2 | expected --from-image VERSION, --schema VERSION or both"
            })
    void compatibilityIsAnExitCodeAndASentence(String arguments, int code, String sentence)
            throws IOException, InterruptedException {
        ToolRun run = ToolRun.of(
                command(List.of(), Stream.concat(Stream.of("compat"), Stream.of(arguments.split(" +")))), TIMEOUT);
        assertEquals(code, run.exit(), run.stderr());
        String printed = code == 2 ? run.stderr() : run.stdout();
        assertTrue(printed.startsWith(sentence), printed);
    }

    @Test
    void repairChangesWhatItExplainedAndOnlyWhenAsked() throws IOException, InterruptedException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(ROWS + "DROP INDEX runs_v3_idx_ts_epoch; SELECT setval('runs_v3_run_number_seq', 1)");
            List<List<Object>> before = database.query(CONTENTS);

            ToolRun explained = run(database, "repair");
            assertEquals(12, explained.exit(), explained.stderr());
            assertTrue(
                    explained.stdout().contains("CREATE INDEX CONCURRENTLY runs_v3_idx_ts_epoch"), explained::stdout);
            assertTrue(
                    explained.stdout().contains("runs_v3_run_number_seq is 1, expected at least 50"),
                    explained::stdout);
            assertEquals(before, database.query(CONTENTS));

            ToolRun repaired = run(database, "repair", "--yes", "--json");
            assertEquals(0, repaired.exit(), repaired.stderr());
            JsonNode json = Json.parse(repaired.stdout()).orElseThrow();
            assertEquals(2, json.get("repaired").size());
            assertEquals(new ToolRun(0, "Nothing to repair.\n", ""), run(database, "repair"));
            assertEquals(List.of(List.of(51L)), database.query("SELECT nextval('runs_v3_run_number_seq')"));
        }
    }

    @Test
    void rehearsalUpgradesACopyAndLeavesTheSourceAsItIs() throws IOException, InterruptedException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute(ROWS);
            List<List<Object>> before = database.query(CONTENTS);

            ToolRun run = run(database, "rehearse", "--rows", "20", "--json");

            assertEquals(0, run.exit(), run.stdout() + run.stderr());
            assertEquals(before, database.query(CONTENTS));
            assertEquals(List.of(), database.query(SCRATCH));
            JsonNode report = Json.parse(run.stdout()).orElseThrow();
            assertEquals("1", report.get("from").textValue());
            assertEquals(13, report.get("migrations").size());
            assertEquals("1.0.1", report.at("/service/before").textValue());
            assertEquals("3.0.0", report.at("/service/after").textValue());
            assertEquals(20, report.at("/tables/1/rows").intValue());
            assertEquals(50, report.at("/tables/1/rows_of_source").intValue());
            assertTrue(report.get("requests").intValue() > 50, run::stdout);
            assertTrue(report.get("added").toString().contains("member last_heartbeat_ts"), run::stdout);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptedRehearsalLeavesNothing(boolean politely, @TempDir Path folder) throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute(ROWS);
            Path log = folder.resolve("log");
            Process process = new ProcessBuilder(command(environment(database), Stream.of("rehearse")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                Eventually.await(
                        "the launcher runs on the copy",
                        () -> process.descendants()
                                .anyMatch(child ->
                                        child.info().command().orElse("").endsWith("java")));
                List<ProcessHandle> children = process.descendants().toList();
                if (politely) {
                    process.destroy(); // SIGTERM
                } else {
                    process.destroyForcibly();
                }
                assertTrue(process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
                Eventually.await("no child is left", () -> children.stream().noneMatch(MigrationToolsIT::runs));
                if (politely) {
                    assertEquals(143, process.exitValue());
                    assertEquals(List.of(), database.query(SCRATCH));
                    assertTrue(Files.readString(log).contains("was removed"), Files.readString(log));
                }
            } finally {
                process.destroyForcibly();
                for (List<Object> left : database.query(SCRATCH)) {
                    database.execute("DROP DATABASE " + left.get(0) + " WITH (FORCE)");
                }
            }
        }
    }

    /** A process that has ended keeps its number, but not its command, until its parent asks; the first process may never ask. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    @Test
    void newestSchemaNeedsNoRehearsal() throws IOException, InterruptedException {
        try (TestDatabase database = TestDatabases.newest()) {
            ToolRun run = run(database, "rehearse");
            assertEquals(0, run.exit(), run.stderr());
            assertTrue(run.stdout().contains("there is nothing to rehearse"), run::stdout);
        }
    }

    @Test
    void userWhoMayNotCreateADatabaseLearnsWhatIsMissing() throws IOException, InterruptedException {
        String role = "no_databases_" + ProcessHandle.current().pid();
        try (TestDatabase database = TestDatabases.at(1);
                TestDatabase other = TestDatabases.empty()) {
            database.execute(ROWS + "CREATE ROLE " + role + " LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "
                    + role + "; GRANT CREATE ON DATABASE " + other.name() + " TO " + role);
            try {
                List<String> asRole = new ArrayList<>(environment(database));
                asRole.add("MF_METADATA_DB_USER=" + role);
                ToolRun refused = ToolRun.of(command(asRole, Stream.of("rehearse")), TIMEOUT);
                assertEquals(1, refused.exit());
                assertTrue(refused.stderr().contains("ALTER ROLE \"" + role + "\" CREATEDB"), refused::stderr);
                assertTrue(refused.stderr().contains("--scratch-dsn"), refused::stderr);

                String address = other.jdbcUrl().replaceFirst("jdbc:postgresql://", "postgresql://" + role + ":x@");
                ToolRun run = ToolRun.of(
                        command(asRole, Stream.of("rehearse", "--rows", "5", "--scratch-dsn", address)), TIMEOUT);
                assertEquals(0, run.exit(), run.stdout() + run.stderr());
                assertEquals(
                        List.of(),
                        other.query(
                                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'metaservice\\_rehearsal\\_%'"));
            } finally {
                other.execute("REVOKE ALL ON DATABASE " + other.name() + " FROM " + role);
                database.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
            }
        }
    }

    @Test
    void shellCompletesCommands() throws IOException, InterruptedException {
        ToolRun script = ToolRun.of(command(List.of(), Stream.of("generate-completion")), TIMEOUT);
        assertEquals(0, script.exit(), script.stderr());
        ToolRun checked = ToolRun.of(List.of("bash", "-n", "-c", script.stdout()), TIMEOUT);
        assertEquals(new ToolRun(0, "", ""), checked);
        assertTrue(script.stdout().contains("rehearse"));
    }

    private static ToolRun run(TestDatabase database, String... arguments) throws IOException, InterruptedException {
        return ToolRun.of(command(environment(database), Stream.of(arguments)), TIMEOUT);
    }

    private static List<String> environment(TestDatabase database) {
        return database.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    /** The tool on the Java of this test; the variables are those of the command {@code env}. */
    private static List<String> command(List<String> environment, Stream<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of("env", "JAVA_HOME=" + JavaHome.running().folder(), "JAVA_OPTS=" + LauncherProcess.SHORT_LIVED));
        command.addAll(environment);
        command.add(Distribution.assembled().program("migration_tools").toString());
        command.addAll(arguments.toList());
        return command;
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** {@code DB_TRIGGER_CREATE=1}: creation of missing triggers, removal of outdated ones, and the locks that it takes. */
@Tag("extended")
class TriggersIT {

    private static final Map<String, String> WANTED = Map.of("DB_TRIGGER_CREATE", "1");

    private static final String TRIGGERS = "select tgrelid::regclass::text, tgname::text, tgenabled::text, oid"
            + " from pg_trigger where not tgisinternal order by 1, 2";

    private static final List<String> TABLES =
            List.of("artifact_v3", "flows_v3", "metadata_v3", "runs_v3", "steps_v3", "tasks_v3");

    @Test
    void everyTableHasATriggerThatAlwaysFiresAndASecondStartDoesNotChangeIt() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            start(database, WANTED).close();
            List<List<Object>> created = database.query(TRIGGERS);
            assertEquals(
                    TABLES.stream()
                            .map(table -> List.<Object>of(table, "notify_ui_05092024_" + table, "A"))
                            .toList(),
                    created.stream().map(row -> row.subList(0, 3)).toList());
            try (Connection other = database.dataSource().getConnection();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("lock table flows_v3, runs_v3, metadata_v3 in row exclusive mode");
                start(database, WANTED).close();
            }
            assertEquals(created, database.query(TRIGGERS));
        }
    }

    @Test
    void thePayloadOfANotificationIsAsRecorded() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = start(database, WANTED);
                Connection listener = database.dataSource().getConnection();
                Statement statement = listener.createStatement()) {
            statement.execute("listen notify");
            database.execute("insert into flows_v3 (flow_id, ts_epoch) values ('F', 1)");
            assertEquals(
                    "{\"table\" : \"flows_v3\", \"schema\" : \"public\", \"operation\" : \"INSERT\","
                            + " \"data\" : {\"flow_id\" : \"F\"}}",
                    listener.unwrap(PGConnection.class)
                            .getNotifications(5000)[0]
                            .getParameter(),
                    launcher::log);
        }
    }

    @Test
    void outdatedTriggersAreDroppedAndOtherTriggersStay() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("""
                    create function notify_ui_01012020_flows_v3() returns trigger language plpgsql as 'begin return null; end';
                    create function notify_ui_forgotten() returns trigger language plpgsql as 'begin return null; end';
                    create function foreign_trigger() returns trigger language plpgsql as 'begin return null; end';
                    create trigger notify_ui_01012020_flows_v3 after insert on flows_v3
                      for each row execute function notify_ui_01012020_flows_v3();
                    create trigger foreign_trigger after insert on flows_v3 for each row execute function foreign_trigger()""");
            start(database, WANTED).close();
            assertEquals(
                    List.of(List.of("foreign_trigger"), List.of("notify_ui_05092024_flows_v3")),
                    database.query("select tgname::text from pg_trigger where tgrelid = 'flows_v3'::regclass"
                            + " and not tgisinternal order by 1"));
            assertEquals(
                    List.of(List.of(6L, 1L)),
                    database.query(
                            "select count(*) filter (where starts_with(proname, 'notify_ui')),"
                                    + " count(*) filter (where proname = 'foreign_trigger')"
                                    + " from pg_proc where prorettype = 'trigger'::regtype and pronamespace = 'public'::regnamespace"));
        }
    }

    @Test
    void renamedTablesAndTablesInOtherSchemasGetTriggers() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("create schema other; create table other.flows (like flows_v3 including all);"
                    + " create table runs_of_us (like runs_v3 including all)");
            Map<String, String> names =
                    Map.of("DB_TABLE_NAME_FLOWS", "other.flows", "DB_TABLE_NAME_RUNS", "Runs_of_us");
            start(database, with(WANTED, names)).close();
            assertEquals(
                    List.of(
                            List.of("other.flows", "notify_ui_05092024_flows"),
                            List.of("runs_of_us", "notify_ui_05092024_runs_of_us")),
                    database.query("select tgrelid::regclass::text, tgname::text from pg_trigger"
                            + " where tgname::text !~ '_v3$' and not tgisinternal order by 1"));
        }
    }

    @Test
    void functionsOfTriggersBelongToTheOwnerOfTheTablesWhoeverStarts() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            String owner = database.name() + "_owner";
            String user = database.name() + "_user";
            database.execute("create role " + owner + "; create role " + user + " login in role " + owner
                    + "; grant all on schema public to " + owner + "; do $$ declare name text; begin"
                    + " for name in select tablename from pg_tables where schemaname = 'public' loop"
                    + " execute format('alter table %I owner to " + owner + "', name); end loop; end $$");
            try {
                start(database, with(WANTED, Map.of("MF_METADATA_DB_USER", user)))
                        .close();
                assertEquals(
                        List.of(List.of(owner, 6L)),
                        database.query("select pg_get_userbyid(proowner)::text, count(*) from pg_proc"
                                + " where proname ~ '^notify_ui' group by 1"));
            } finally {
                database.execute("drop owned by " + owner + " cascade; drop role " + user + "; drop role " + owner);
            }
        }
    }

    @Test
    void aMissingTableFailsTheStartWithOneSentence() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            Map<String, String> settings = with(WANTED, Map.of("DB_TABLE_NAME_ARTIFACT", "gone", "LOGLEVEL", "ERROR"));
            ToolRun run = LauncherProcess.runToEnd(with(database.environment(), settings));
            assertEquals(1, run.exit(), run::stderr);
            assertEquals(1, run.stderr().lines().count(), run::stderr);
            assertTrue(run.stderr().contains("public.gone"), run::stderr);
            assertTrue(run.stderr().contains("DB_TABLE_NAME_"), run::stderr);
        }
    }

    @Test
    void concurrentStartsDoNotFail() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            List<CompletableFuture<LauncherProcess>> starts = new ArrayList<>();
            for (int node = 0; node < 3; node++) {
                starts.add(CompletableFuture.supplyAsync(() -> start(database, WANTED), new ThreadPerTask("start")));
            }
            for (CompletableFuture<LauncherProcess> start : starts) {
                start.join().close();
            }
            assertEquals(6, database.query(TRIGGERS).size());
        }
    }

    @Test
    void aStartThatWaitsForATableLockDoesNotBlockWriters() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                Connection busy = database.dataSource().getConnection();
                Statement statement = busy.createStatement()) {
            busy.setAutoCommit(false);
            statement.execute("insert into flows_v3 (flow_id, ts_epoch) values ('Busy', 1)");
            CompletableFuture<LauncherProcess> start =
                    CompletableFuture.supplyAsync(() -> start(database, WANTED), new ThreadPerTask("start"));
            Eventually.await("the start waits for the table", () -> isWaiting(database));
            for (int i = 0; i < 20; i++) {
                String flow = "insert into flows_v3 (flow_id, ts_epoch) values ('W%d', 1)".formatted(i);
                assertTimeoutPreemptively(Duration.ofSeconds(2), () -> database.execute(flow));
            }
            assertFalse(start.isDone());
            busy.commit();
            start.join().close();
            assertEquals(6, database.query(TRIGGERS).size());
        }
    }

    private static boolean isWaiting(TestDatabase database) {
        return !database.query("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                        + " and query like 'CREATE TRIGGER%' and datname = current_database()")
                .isEmpty();
    }

    private static LauncherProcess start(TestDatabase database, Map<String, String> settings) {
        try {
            return LauncherProcess.start(with(database.environment(), settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a launcher started", e);
        }
    }

    private static Map<String, String> with(Map<String, String> environment, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return all;
    }
}

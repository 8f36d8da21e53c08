package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link TestedDatabase} on a real PostgreSQL. Not named TestedDatabaseIT, because Surefire would run it as a unit test. */
class DatabaseBehindServiceIT {

    private final TestDatabase source = TestDatabases.empty();
    private TestedDatabase database;

    @BeforeEach
    void connect() throws Exception {
        database = new TestedDatabase(source.dataSource(), Recordings.schemas());
        database.rebuild(Optional.of("20260706000003"), false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        try (source) {
            database.close();
        }
    }

    @Test
    void rowsBecomeJsonByTheirTypes() throws SQLException {
        assertEquals(
                "[[1,9223372036854775807,true,null,\"t\",[\"a\"],{\"b\":1.50},1.5,\"name\"]]",
                rows("select 1::int2, 9223372036854775807, true, null::text, 't'::text, '[\"a\"]'::jsonb,"
                        + " '{\"b\": 1.50}'::jsonb, 1.5::float8, 'name'::name"));
    }

    @Test
    void theLastOfManyStatementsGivesTheResult() throws SQLException {
        assertEquals("[[3]]", rows("select 1; select 2; select 3"));
        assertEquals(Optional.empty(), database.run("select 1; create table t (a int)"));
        assertEquals("[]", rows("insert into t values (1); select a from t where a = 2"));
    }

    @Test
    void questionMarksAndBracesAreNotInterpretedAsParametersOrEscapes() throws SQLException {
        assertEquals("[[true,\"{fn x}\"]]", rows("select '[\"a\"]'::jsonb ? 'a', '{fn x}'"));
    }

    @Test
    void emptyingRestartsTheSequences() throws SQLException {
        database.run("insert into flows_v3 (flow_id, ts_epoch) values ('F', 1);"
                + "insert into runs_v3 (flow_id, ts_epoch) values ('F', 1)");
        database.empty();
        database.run("insert into flows_v3 (flow_id, ts_epoch) values ('F', 1);"
                + "insert into runs_v3 (flow_id, ts_epoch) values ('F', 1)");
        assertEquals("[[1]]", rows("select run_number from runs_v3"));
    }

    @Test
    void everyRecordedSchemaCanBeRebuiltWithItsLedger() throws Exception {
        database.rebuild(Optional.of("20200603104139"), true);
        assertEquals("[[0],[1],[20200603104139]]", rows("select version_id from goose_db_version order by id"));
        database.rebuild(Optional.of("1"), false);
        assertEquals("[[6]]", rows("select count(*) from pg_tables where schemaname = 'public'"));
        database.rebuild(Optional.empty(), false);
        assertEquals("[[0]]", rows("select count(*) from pg_tables where schemaname = 'public'"));
    }

    @Test
    void notificationsAreCollectedAndAnUnexpectedOneIsReturned() throws SQLException {
        database.listen();
        assertEquals("[]", Json.write(database.notifications(0)));
        database.run("notify notify, '{\"a\": 1}'; notify notify, 'text'");
        assertEquals("[{\"a\":1},\"text\"]", Json.write(database.notifications(2)));
        database.run("notify notify, '1'");
        assertEquals("[1]", Json.write(database.notifications(0)));
    }

    @Test
    void backgroundStatementsRunConcurrently() throws Exception {
        database.runInBackground("begin; lock table flows_v3; select pg_sleep(1.5); commit");
        assertEquals(
                "[[1]]",
                rows("select count(*) from pg_locks where relation = 'flows_v3'::regclass"
                        + " and mode = 'AccessExclusiveLock' and granted"));
    }

    @Test
    void aFailedBackgroundStatementIsReported() throws InterruptedException {
        database.runInBackground("select 1 / 0");
        database.runInBackground("select pg_sleep(1)");
        assertEquals(List.of("in the background: ERROR: division by zero"), database.awaitBackground());
        assertEquals(List.of(), database.awaitBackground());
    }

    private String rows(String sql) throws SQLException {
        return Json.write(database.run(sql).orElseThrow());
    }
}

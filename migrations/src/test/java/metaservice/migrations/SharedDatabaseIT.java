package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another application in the same schema that uses Flyway or goose, too. Its ledger is never changed. */
@Tag("extended")
class SharedDatabaseIT {

    private static final SchemaVersion GOOSES = new SchemaVersion(20230118020300L);

    private static final String DROP_OURS =
            "DROP TABLE flyway_schema_history, metaservice_floor, metaservice_upgrades, metaservice_nodes;";

    private static final String FLYWAYS_TABLE = """
            CREATE TABLE flyway_schema_history (
                installed_rank integer PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
                type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer,
                installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(),
                execution_time integer NOT NULL, success boolean NOT NULL);
            """;

    private static final String GOOSES_TABLE = """
            CREATE TABLE goose_db_version (
                id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL,
                tstamp timestamp DEFAULT now());
            """;

    /** The rows with the transactions that wrote them, and how many were ever written. */
    private static List<List<Object>> bytes(TestDatabase database, String ledger) {
        return database.query("SELECT t.xmin::text, t.xmax::text, t.ctid::text, t::text FROM " + ledger
                + " t UNION ALL SELECT c.relfilenode::text, c.relacl::text, c.relowner::text, '' FROM pg_class c"
                + " WHERE oid = '" + ledger + "'::regclass ORDER BY 4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // the other application has not migrated yet
                "(1, '1', 'x', 'SQL', 'V1__init.sql', 1, 'app', now(), 1, true),"
                        + " (2, '2', 'x', 'SQL', 'V2__orders.sql', 1, 'app', now(), 1, true),"
                        + " (3, '3', 'x', 'SQL', 'V3__prices.sql', 1, 'app', now(), 1, true)",
                "(1, '1.1', 'x', 'SQL', 'V1_1__init.sql', 1, 'app', now(), 1, true),"
                        + " (2, '1.2', 'x', 'SQL', 'V1_2__orders.sql', 1, 'app', now(), 1, false)",
                "(1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'app', now(), 0, true)",
                "(1, '20990101000000', 'x', 'SQL', 'V20990101000000__init.sql', 1, 'app', now(), 1, true)"
            })
    void anotherApplicationsFlywayLedgerStaysUntouched(String rows) throws SQLException {
        try (TestDatabase database = TestDatabases.at(GOOSES.number())) {
            database.execute(DROP_OURS
                    + FLYWAYS_TABLE
                    + (rows.isEmpty() ? "" : "INSERT INTO flyway_schema_history VALUES " + rows));
            List<List<Object>> before = bytes(database, "flyway_schema_history");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(SchemaState.GOOSE, migrations.status().state());
            assertEquals(GOOSES, migrations.status().schemaVersion());

            assertEquals(new Upgraded(GOOSES, migrations.newest()), migrations.upgrade());
            assertTrue(migrations.status().isUpToDate());
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
            assertEquals(before, bytes(database, "flyway_schema_history"));
            assertEquals(
                    List.of(List.of(GOOSES.toString())),
                    database.query(
                            "SELECT version FROM metaservice_schema_history WHERE type = 'BASELINE' AND success"));
        }
    }

    @Test
    void emptyDatabaseWithAnotherApplicationIsFilledBesideIt() throws SQLException {
        try (TestDatabase database = TestDatabases.empty()) {
            database.execute(FLYWAYS_TABLE + "INSERT INTO flyway_schema_history VALUES"
                    + " (1, '1', 'x', 'SQL', 'V1__init.sql', 1, 'app', now(), 1, true);" + GOOSES_TABLE
                    + "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true)");
            List<List<Object>> flyway = bytes(database, "flyway_schema_history");
            List<List<Object>> goose = bytes(database, "goose_db_version");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(SchemaState.EMPTY, migrations.status().state());
            assertEquals(new Upgraded(SchemaVersion.ZERO, migrations.newest()), migrations.upgrade());
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
            assertEquals(SchemaState.FLYWAY, migrations.status().state());
            assertEquals(flyway, bytes(database, "flyway_schema_history"));
            assertEquals(goose, bytes(database, "goose_db_version"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(0, true), (1, true), (2, true), (3, false)", "(0, true), (20240101000000, true)"})
    void anotherApplicationsGooseLedgerStaysUntouched(String rows) throws SQLException {
        try (TestDatabase database = TestDatabases.at(GOOSES.number())) {
            database.execute("DROP TABLE goose_db_version;" + GOOSES_TABLE
                    + "INSERT INTO goose_db_version (version_id, is_applied) VALUES " + rows);
            List<List<Object>> before = bytes(database, "goose_db_version");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(GOOSES, migrations.status().schemaVersion());
            assertEquals(new Upgraded(GOOSES, migrations.newest()), migrations.upgrade());
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
            assertEquals(before, bytes(database, "goose_db_version"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE orders (at bigint); CREATE INDEX tasks_v3_idx_flow_run_step_ts_task_desc ON orders (at)",
                "CREATE SEQUENCE metadata_v3_akey",
                "CREATE VIEW runs_v3_idx_ts_epoch AS SELECT 1"
            })
    void relationWithTheNameOfAnIndexThatAnUpgradeBuildsIsNotTakenForIt(String relation) throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            String name = relation.replaceAll("(?s).*(?:INDEX|SEQUENCE|VIEW) (\\w+).*", "$1");
            assertTrue(BundledFiles.load().migrations().stream()
                    .flatMap(migration -> migration.concurrentIndexes().stream())
                    .anyMatch(index -> index.name().equals(name)));
            database.execute(relation);
            List<String> before = Catalog.of(database);
            UpgradeOutcome.Refused refused =
                    assertInstanceOf(UpgradeOutcome.Refused.class, new Migrations(database.dataSource()).upgrade());
            assertTrue(refused.reason().startsWith("The upgrade builds " + name + " of table "), refused.reason());
            assertEquals(before, Catalog.of(database));
        }
    }

    /** The upgrade ends after it has recorded its begin, before our ledger has a row. */
    @Test
    void upgradeThatEndedBeforeOurFirstRowStillKnowsWhichLedgerIsOurs() throws SQLException {
        try (TestDatabase database = TestDatabases.at(GOOSES.number())) {
            database.execute(DROP_OURS + FLYWAYS_TABLE + """
                    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF EXISTS (SELECT FROM pg_class WHERE relname = 'metaservice_schema_history') THEN
                            RAISE 'not now';
                        END IF;
                    END $$;
                    CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse();
                    """);
            Migrations migrations = new Migrations(database.dataSource());
            assertTrue(migrations.upgrade() instanceof UpgradeOutcome.Failed);
            database.execute("DROP EVENT TRIGGER refuse; DROP FUNCTION refuse");
            assertEquals(new Upgraded(GOOSES, migrations.newest()), migrations.upgrade());
            assertEquals(List.of(), database.query("SELECT FROM flyway_schema_history"));
        }
    }

    @Test
    void ledgerOfAnEarlierBuildIsRecognisedWithoutTheComment() throws SQLException {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("COMMENT ON TABLE metaservice_upgrades IS NULL");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(SchemaState.FLYWAY, migrations.status().state());
            assertEquals(new Upgraded(new SchemaVersion(1), migrations.newest()), migrations.upgrade());
            assertEquals(
                    List.of(), database.query("SELECT FROM pg_class WHERE relname = 'metaservice_schema_history'"));
        }
    }

    @Test
    void gapsInGoosesLedgerAreFilledAndTheNewestVersionStaysTheNewestRow() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("DELETE FROM goose_db_version WHERE version_id IN (1, 20210202145952, 20230118020300)");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(new Upgraded(migrations.newest(), migrations.newest()), migrations.upgrade());
            assertEquals(new AlreadyCurrent(migrations.newest()), migrations.upgrade());
            assertEquals(
                    List.of(List.of(14L)),
                    database.query("SELECT count(DISTINCT version_id) FROM goose_db_version WHERE is_applied"));
            assertEquals(
                    List.of(List.of(20260706000003L)),
                    database.query("SELECT version_id FROM goose_db_version ORDER BY id DESC LIMIT 1"));
        }
    }
}

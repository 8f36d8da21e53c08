package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.UpgradeOutcome.AlreadyCurrent;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Upgrades by roles that do not own the tables, or own them as members of a role. */
@Tag("extended")
class RolesIT {

    private static final SchemaVersion GOOSES = new SchemaVersion(20230118020300L);
    private static final List<String> SUFFIXES = List.of("_owner", "_one", "_two", "_reader");

    private TestDatabase database;
    private String owner;
    private String one;
    private String two;
    private String reader;

    /** The owner cannot log in; the first two roles may be made its members by a test. */
    @BeforeEach
    void createRoles() {
        database = TestDatabases.at(GOOSES.number());
        owner = database.name() + SUFFIXES.get(0);
        one = database.name() + SUFFIXES.get(1);
        two = database.name() + SUFFIXES.get(2);
        reader = database.name() + SUFFIXES.get(3);
        database.execute(
                "DROP TABLE flyway_schema_history, metaservice_floor, metaservice_upgrades, metaservice_nodes; CREATE ROLE "
                        + owner
                        + "; CREATE ROLE " + one + " LOGIN; CREATE ROLE " + two + " LOGIN; CREATE ROLE " + reader
                        + " LOGIN;"
                        + " GRANT ALL ON SCHEMA public TO " + owner);
        Stream.of("flows", "runs", "steps", "tasks", "metadata", "artifact")
                .forEach(table -> database.execute("ALTER TABLE " + table + "_v3 OWNER TO " + owner));
        database.execute("ALTER TABLE goose_db_version OWNER TO " + owner);
    }

    @AfterEach
    void dropRoles() {
        SUFFIXES.forEach(suffix -> database.execute(
                "DROP OWNED BY " + database.name() + suffix + " CASCADE; DROP ROLE " + database.name() + suffix));
        database.close();
    }

    private List<List<Object>> ownersOfTables() {
        return database.query("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'");
    }

    @Test
    void memberOfTheOwnerUpgradesAsTheOwnerAndEveryOtherMemberCanGoOn() throws SQLException {
        database.execute("GRANT " + owner + " TO " + one + ", " + two);
        Migrations first = new Migrations(database.dataSource(one));
        assertEquals(
                new Upgraded(GOOSES, new SchemaVersion(20260615000000L)),
                first.upgradeTo(new SchemaVersion(20260615000000L)));
        assertEquals(List.of(List.of(owner)), ownersOfTables());
        Migrations second = new Migrations(database.dataSource(two));
        assertEquals(List.of(), second.status().warnings());
        assertEquals(new Upgraded(new SchemaVersion(20260615000000L), second.newest()), second.upgrade());
        assertEquals(new AlreadyCurrent(second.newest()), first.upgrade());
        assertEquals(List.of(List.of(owner)), ownersOfTables());
    }

    @Test
    void administratorUpgradesAsTheOwner() throws SQLException {
        database.execute("GRANT " + owner + " TO " + one);
        Migrations administrators = new Migrations(database.dataSource());
        assertEquals(new Upgraded(GOOSES, administrators.newest()), administrators.upgrade());
        assertEquals(List.of(List.of(owner)), ownersOfTables());
        assertEquals(
                List.of(), new Migrations(database.dataSource(one)).status().warnings());
    }

    @Test
    void roleThatDoesNotOwnTheTablesIsRefusedBeforeAnythingIsCreated() throws SQLException {
        database.execute(
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO " + one + "; GRANT ALL ON SCHEMA public TO " + one);
        List<List<Object>> before = everything();
        Refused refused = assertInstanceOf(Refused.class, new Migrations(database.dataSource(one)).upgrade());
        assertEquals(
                "Role " + one + " may not change table " + refused.reason().replaceAll(".* table (\\w+), .*", "$1")
                        + ", which belongs to role " + owner + ".",
                refused.reason());
        assertEquals("Run GRANT " + owner + " TO " + one + ", or upgrade as role " + owner + ".", refused.remedy());
        assertEquals(before, everything());
        database.execute("GRANT " + owner + " TO " + two);
        assertEquals(GOOSES, new Migrations(database.dataSource(two)).status().schemaVersion());
    }

    @Test
    void roleThatMayNotCreateTablesIsRefusedBeforeAnythingIsCreated() throws SQLException {
        database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, " + owner + "; GRANT " + owner + " TO " + one);
        List<List<Object>> before = everything();
        Refused refused = assertInstanceOf(Refused.class, new Migrations(database.dataSource(one)).upgrade());
        assertTrue(refused.reason().contains("may not create tables in schema public"), refused.reason());
        assertTrue(refused.remedy().contains("GRANT USAGE, CREATE ON SCHEMA public TO"), refused.remedy());
        assertEquals(before, everything());
    }

    private List<List<Object>> everything() {
        return database.query("SELECT relname::text, relfilenode::bigint, relacl::text FROM pg_class"
                + " WHERE relnamespace = 'public'::regnamespace ORDER BY 1");
    }

    @Test
    void newTablesGetTheGrantsOfTheTableOfFlows() throws SQLException {
        database.execute("GRANT " + owner + " TO " + one + "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + reader
                + "; GRANT SELECT, INSERT ON flows_v3 TO " + two);
        Migrations migrations = new Migrations(database.dataSource(one));
        assertEquals(new Upgraded(GOOSES, migrations.newest()), migrations.upgrade());
        SchemaStatus seen = new Migrations(database.dataSource(reader)).status();
        assertEquals(SchemaState.FLYWAY, seen.state());
        assertEquals(List.of(), seen.warnings());
        assertTrue(seen.lastUpgrade().isPresent());
        assertEquals(
                List.of(List.of(true, false)),
                database.query("SELECT has_table_privilege('" + two + "', 'metaservice_upgrades', 'INSERT')"
                        + " AND has_sequence_privilege('" + two + "', 'metaservice_upgrades_id_seq', 'USAGE'),"
                        + " has_table_privilege('" + two + "', 'metaservice_upgrades', 'DELETE')"));
    }

    @Test
    void roleThatMayNotReadOurTablesReadsTheReferencesLedger() throws SQLException {
        Migrations migrations = new Migrations(database.dataSource());
        assertInstanceOf(Upgraded.class, migrations.upgrade());
        database.execute(
                "GRANT SELECT ON flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3, goose_db_version TO "
                        + reader);
        SchemaStatus seen = new Migrations(database.dataSource(reader)).status();
        assertEquals(SchemaState.GOOSE, seen.state());
        assertEquals(new SchemaVersion(20260706000003L), seen.schemaVersion());
        assertEquals(List.of(), seen.drift());
        assertEquals(3, seen.warnings().size(), seen.warnings()::toString);
        assertEquals(
                "Role " + reader + " may not read table public.flyway_schema_history: run GRANT SELECT ON"
                        + " public.flyway_schema_history TO " + reader + ".",
                seen.warnings().get(0));
        assertInstanceOf(Refused.class, new Migrations(database.dataSource(reader)).upgrade());

        database.execute("REVOKE SELECT ON goose_db_version FROM " + reader);
        SQLException failure =
                assertThrows(SQLException.class, () -> new Migrations(database.dataSource(reader)).status());
        assertTrue(
                failure.getMessage().contains("GRANT SELECT ON public.flyway_schema_history TO"), failure::getMessage);
    }

    @Test
    void emptyDatabaseOfARoleForGroupsIsFilledAsThatRole() throws SQLException {
        database.execute("DROP OWNED BY " + owner + " CASCADE");
        database.execute("ALTER SCHEMA public OWNER TO " + owner + "; GRANT " + owner + " TO " + one + ", " + two);
        Migrations first = new Migrations(database.dataSource(one));
        assertEquals(new Upgraded(SchemaVersion.ZERO, first.newest()), first.upgrade());
        assertEquals(List.of(List.of(owner)), ownersOfTables());
        assertEquals(new AlreadyCurrent(first.newest()), new Migrations(database.dataSource(two)).upgrade());
    }
}

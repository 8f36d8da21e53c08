package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tables that an operator has partitioned. */
@Tag("extended")
class PartitionedTablesIT {

    private static final SchemaVersion BEFORE = new SchemaVersion(20260706000002L);

    /** By range of a column that the primary key does not have, so the key of the partitioned table has one more. */
    private static final String PARTITION_METADATA = """
            ALTER TABLE metadata_v3 RENAME TO metadata_plain;
            CREATE TABLE metadata_v3 (LIKE metadata_plain INCLUDING DEFAULTS) PARTITION BY RANGE (ts_epoch);
            CREATE TABLE metadata_old PARTITION OF metadata_v3 FOR VALUES FROM (0) TO (1700000000000);
            CREATE TABLE metadata_new PARTITION OF metadata_v3 FOR VALUES FROM (1700000000000) TO (MAXVALUE);
            DO $$
            DECLARE
                definition text;
            BEGIN
                FOR definition IN SELECT pg_get_indexdef(indexrelid) FROM pg_index
                                  WHERE indrelid = 'metadata_plain'::regclass AND NOT indisprimary LOOP
                    EXECUTE replace(replace(definition, 'metadata_plain', 'metadata_v3'), ' INDEX ', ' INDEX new_');
                END LOOP;
                DROP TABLE metadata_plain CASCADE;
                FOR definition IN SELECT relname FROM pg_class WHERE relname LIKE 'new\\_%' LOOP
                    EXECUTE format('ALTER INDEX %I RENAME TO %I', definition, substr(definition, 5));
                END LOOP;
            END
            $$;
            ALTER TABLE metadata_v3 ADD CONSTRAINT metadata_v3_pkey
                PRIMARY KEY (id, flow_id, run_number, step_name, task_id, field_name, ts_epoch);
            """;

    private static TestDatabase partitioned(TestDatabase database) {
        // The sequence belongs to the column of the table that is dropped.
        database.execute("ALTER SEQUENCE metadata_v3_id_seq OWNED BY NONE");
        database.execute(PARTITION_METADATA);
        return database;
    }

    @Test
    void partitionedFormIsNoDrift() throws SQLException {
        try (TestDatabase database = partitioned(TestDatabases.newest())) {
            assertEquals(
                    List.of(), new Migrations(database.dataSource()).status().drift());
        }
    }

    @Test
    void upgradeThatBuildsAnIndexIsRefusedBeforeAnyChangeUntilTheIndexIsThere() throws SQLException {
        try (TestDatabase database = partitioned(TestDatabases.at(BEFORE.number()))) {
            List<String> before = Catalog.of(database);
            Migrations migrations = new Migrations(database.dataSource());
            Refused refused = assertInstanceOf(Refused.class, migrations.upgrade());
            assertTrue(refused.reason().startsWith("Table metadata_v3 is partitioned, and"), refused.reason());
            assertTrue(refused.remedy().contains("ATTACH PARTITION"), refused.remedy());
            assertEquals(before, Catalog.of(database));

            String index = refused.reason().replaceAll(".*: (\\w+)\\.$", "$1");
            database.execute("CREATE INDEX " + index + " ON metadata_v3 (flow_id, run_number, ts_epoch DESC, id DESC)");
            assertEquals(new Upgraded(BEFORE, migrations.newest()), migrations.upgrade());
            assertEquals(List.of(), migrations.status().drift());
        }
    }

    @Test
    void missingIndexOfAPartitionedTableIsReportedAndNotRepaired() throws SQLException {
        try (TestDatabase database = partitioned(TestDatabases.at(20260706000003L))) {
            database.execute("DROP INDEX metadata_v3_akey");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(
                    List.of("index metadata_v3.metadata_v3_akey"),
                    migrations.status().drift().stream()
                            .map(SchemaDifference::subject)
                            .toList());
            assertInstanceOf(Refused.class, migrations.upgrade());
        }
    }
}

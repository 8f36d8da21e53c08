package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledMigrationTest {

    @Test
    void headerAndIndexesAreReadFromTheFile() {
        String sql = """
                -- Why: an example.
                -- lowest service: 2.5.1
                SET lock_timeout = 0;
                CREATE INDEX CONCURRENTLY IF NOT EXISTS plain ON flows_v3 (ts_epoch);
                CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS only_one
                    ON flows_v3 (flow_id);
                DROP INDEX CONCURRENTLY IF EXISTS outdated;
                """;
        assertEquals(
                new BundledMigration(
                        new SchemaVersion(20210260056859L),
                        "V20210260056859__an_example.sql",
                        new ServiceVersion(2, 5, 1),
                        List.of(
                                new BundledMigration.ConcurrentIndex("plain", "flows_v3"),
                                new BundledMigration.ConcurrentIndex("only_one", "flows_v3")),
                        List.of("outdated"),
                        false),
                BundledMigration.of("V20210260056859__an_example.sql", sql));
    }

    @Test
    void statementOfAnIndexCanBeLeftOut() {
        String sql = """
                SET lock_timeout = 0;
                CREATE INDEX CONCURRENTLY IF NOT EXISTS one
                    ON flows_v3 (ts_epoch)
                    WHERE tags IS NOT NULL;
                CREATE INDEX CONCURRENTLY IF NOT EXISTS one_more ON flows_v3 (ts_epoch);
                """;
        assertEquals(
                "SET lock_timeout = 0;\n\nCREATE INDEX CONCURRENTLY IF NOT EXISTS one_more ON flows_v3 (ts_epoch);\n",
                BundledMigration.without(new BundledMigration.ConcurrentIndex("one", "flows_v3"), sql));
    }

    @Test
    void migrationMissingInTheReferenceIsMarked() {
        String sql = "-- ledger: only ours\n-- lowest service: 1.0.1\nSELECT 1;\n";
        assertTrue(BundledMigration.of("V2__ours.sql", sql).notInReference());
    }

    @ParameterizedTest
    @CsvSource({
        "V1__no_header.sql, SELECT 1",
        "V1__malformed_lowest_service.sql, -- lowest service: one",
        "R__repeatable.sql, -- lowest service: 1.0.1",
        "V1_one_underscore.sql, -- lowest service: 1.0.1"
    })
    void fileWithMalformedNameOrHeaderIsRejected(String name, String sql) {
        assertThrows(IllegalArgumentException.class, () -> BundledMigration.of(name, sql));
    }

    @Test
    void everyMigrationAllowsTheFirstService() {
        for (BundledMigration migration : BundledFiles.load().migrations()) {
            assertEquals(new ServiceVersion(1, 0, 1), migration.lowestService(), () -> "schema " + migration.version());
        }
    }
}

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.Ledgers.FlywayRow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgersTest {

    private static final List<BundledMigration> MIGRATIONS = BundledFiles.load().migrations();
    private static final List<SchemaVersion> REFERENCE = BundledMigration.ofReference(MIGRATIONS);

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "none",
            value = {
                "none, true",
                "BASELINE << Flyway Baseline >>, true",
                "SCHEMA << Flyway Schema Creation >>, true",
                "SQL V1__tables.sql, true",
                "SQL V1__tables.sql | SQL V20200603104139__string_ids_and_heartbeats.sql, true",
                "SQL V1__tables.sql | SQL V29990101000000__later.sql, true", // of a newer build
                "SQL V1__tables.sql | SQL V2__orders.sql, false",
                "SQL V1__init.sql, false",
                "SQL V1_1__init.sql, false",
                "SQL db/migration/V1__tables.sql, false",
                "JDBC com.example.V1__Init, false",
                "SQL R__views.sql, false",
                "SQL V20190101000000__init.sql, false",
                "BASELINE << Flyway Baseline >> | SQL V2__orders.sql, false"
            })
    void flywaysLedgerIsOursIfAllItsRowsCanBe(String rows, boolean expected) {
        List<FlywayRow> ledger = rows == null
                ? List.of()
                : Stream.of(rows.split(" \\| "))
                        .map(row -> new FlywayRow(row.split(" ", 2)[0], row.split(" ", 2)[1]))
                        .toList();
        assertEquals(expected, Ledgers.canBeOurs(ledger, MIGRATIONS));
    }

    @ParameterizedTest(name = "{0}, tables: {1}")
    @CsvSource({
        "0, true, true",
        "0, false, true",
        "0 1, true, true",
        "0 1, false, false", // version 1 creates the tables
        "0 1 20200603104139, true, true",
        "0 1 20200603104139, false, true", // the tables were dropped
        "0 1 20990101000000, true, true", // of a newer reference
        "0 1 2 3, true, false",
        "0 20210101000000, true, false",
        "0 20990101000000, true, false",
        "0 1 20230118020301, true, false"
    })
    void goosesLedgerIsTheReferencesIfItsVersionsAre(String versions, boolean tables, boolean expected) {
        List<SchemaVersion> all =
                Stream.of(versions.split(" ")).map(SchemaVersion::parse).toList();
        assertEquals(expected, Ledgers.isReference(all, REFERENCE, tables));
    }
}

package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The migrations create the recorded schemas, including the names of constraints and indexes. */
class SchemaEqualsDumpIT {

    static Stream<Long> versions() {
        return new Migrations(new PGSimpleDataSource()).bundled().stream().map(SchemaVersion::number);
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("versions")
    void migratedSchemaEqualsRecordedDump(long version) {
        try (TestDatabase migrated = TestDatabases.at(version);
                TestDatabase recorded = Dumps.restored(version)) {
            List<String> expected = Catalog.of(recorded);
            assertEquals(String.join("\n", expected), String.join("\n", Catalog.of(migrated)));
        }
    }
}

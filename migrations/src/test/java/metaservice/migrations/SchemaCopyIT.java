package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The copy of a schema is in the state of its original, so that the same upgrade runs on it. */
class SchemaCopyIT {

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource({
        "NO_LEDGER, 0",
        "FLYWAY, 1",
        "FLYWAY, 20230118020300",
        "GOOSE, 1",
        "GOOSE, 20230118020300",
        "GOOSE, 20260706000003"
    })
    void copyHasVersionAndLedgersOfTheOriginal(SchemaState state, long version) throws SQLException {
        try (TestDatabase original =
                        state == SchemaState.GOOSE ? Dumps.restoredWithGoose(version) : TestDatabases.at(version);
                TestDatabase copy = TestDatabases.empty()) {
            SchemaStatus status = new Migrations(original.dataSource()).status();
            assertEquals(state, status.state());

            assertInstanceOf(UpgradeOutcome.Upgraded.class, SchemaCopy.build(copy.dataSource(), status));

            Migrations migrations = new Migrations(copy.dataSource());
            SchemaStatus copied = migrations.status();
            assertEquals(state, copied.state());
            assertEquals(status.schemaVersion(), copied.schemaVersion());
            assertEquals(List.of(), copied.drift());
            assertInstanceOf(UpgradeOutcome.Upgraded.class, migrations.upgrade());
        }
    }

    @Test
    void databaseWithoutTablesHasNothingToCopy() throws SQLException {
        try (TestDatabase empty = TestDatabases.empty()) {
            SchemaStatus status = new Migrations(empty.dataSource()).status();
            assertThrows(IllegalArgumentException.class, () -> SchemaCopy.build(empty.dataSource(), status));
        }
    }
}

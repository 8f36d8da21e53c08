package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.UpgradeOutcome.Failed;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The next upgrade completes an upgrade that was killed at any point. */
@Tag("extended")
class IdempotenceIT {

    private static final SchemaVersion STRING_IDS = new SchemaVersion(20200603104139L);

    static Stream<SchemaVersion> versions() {
        return new Migrations(new PGSimpleDataSource()).bundled().stream();
    }

    static SchemaVersion before(SchemaVersion version) {
        return versions().filter(one -> one.compareTo(version) < 0).reduce(SchemaVersion.ZERO, (a, b) -> b);
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("versions")
    void repeatedMigrationChangesNothing(SchemaVersion version) {
        try (TestDatabase database = TestDatabases.at(version.number())) {
            List<String> expected = Catalog.of(database);
            // As if the upgrade was killed after the last statement and before the row in the ledger.
            database.execute("DELETE FROM flyway_schema_history WHERE version = '" + version + "'");
            assertEquals(
                    new Upgraded(before(version), version), new Migrations(database.dataSource()).upgradeTo(version));
            assertEquals(expected, Catalog.of(database));
        }
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("versions")
    void migrationKilledAfterAnyStatementIsCompleted(SchemaVersion version) {
        if (version.number() == 1) {
            return; // one transaction: all or nothing
        }
        List<String> statements = MigrationScripts.statements(version.number());
        List<String> expected;
        try (TestDatabase database = TestDatabases.at(version.number())) {
            expected = Catalog.of(database);
        }
        for (int done = 1; done < statements.size(); done++) {
            try (TestDatabase database = TestDatabases.at(before(version).number())) {
                statements.subList(0, done).forEach(database::execute);
                UpgradeOutcome outcome = new Migrations(database.dataSource()).upgradeTo(version);
                assertEquals(new Upgraded(before(version), version), outcome);
                assertEquals(expected, Catalog.of(database), "killed after " + done + " statements");
            }
        }
    }

    @Test
    void unfinishedIndexIsRebuiltAndForeignIndexesStay() {
        try (TestDatabase database = TestDatabases.at(STRING_IDS.number())) {
            database.execute("CREATE INDEX runs_v3_idx_ts_epoch ON runs_v3 (ts_epoch)");
            database.execute("CREATE INDEX of_an_operator ON runs_v3 (ts_epoch)");
            database.execute("UPDATE pg_index SET indisvalid = false"
                    + " WHERE indexrelid IN ('runs_v3_idx_ts_epoch'::regclass, 'of_an_operator'::regclass)");
            Migrations migrations = new Migrations(database.dataSource());
            assertEquals(new Upgraded(STRING_IDS, migrations.newest()), migrations.upgrade());
            assertEquals(
                    List.of(List.of("of_an_operator")),
                    database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"));
        }
    }

    @Test
    void upgradeKilledDuringAnIndexBuildIsResumed() throws Exception {
        try (TestDatabase database = TestDatabases.at(STRING_IDS.number());
                WriteTransaction writer = new WriteTransaction(database)) {
            Migrations migrations = new Migrations(database.dataSource());
            writer.begin();
            BackgroundTask<UpgradeOutcome> upgrade = new BackgroundTask<>(migrations::upgrade);
            WaitingIndex index = new WaitingIndex("runs_v3");
            Eventually.await("an index build waits for the writer", () -> index.isIn(database));
            assertEquals(List.of(List.of(true)), database.query(index.cut()));

            Failed failed = assertInstanceOf(Failed.class, upgrade.result());
            assertEquals(new SchemaVersion(20201002000616L), failed.at(), "the writer has no locks on its tables");
            assertEquals(List.of(List.of(1L)), database.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));

            writer.commit();
            assertEquals(new Upgraded(failed.at(), migrations.newest()), migrations.upgrade());
            try (TestDatabase recorded = Dumps.restored(migrations.newest().number())) {
                assertEquals(Catalog.of(recorded), Catalog.of(database));
            }
            assertEquals(
                    List.of(List.of(0L)),
                    database.query("SELECT count(*) FROM flyway_schema_history WHERE NOT success"));
        }
    }
}

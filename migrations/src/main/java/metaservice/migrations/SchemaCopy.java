package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** Makes the tables of a schema version, without rows, in an empty database, for a rehearsal of an upgrade. */
public final class SchemaCopy {

    private SchemaCopy() {}

    /**
     * Makes the tables and the ledgers that a database in a state has. The ledgers are those of the build; differences of the
     * original from its version are not copied.
     *
     * @param empty a database without tables
     * @param original the status of the database to copy: with tables, and of a version that this build knows
     * @return the outcome of the migrations; anything but {@link UpgradeOutcome.Upgraded} is a failure
     * @throws SQLException if ledgers that the original does not have cannot be removed
     */
    public static UpgradeOutcome build(DataSource empty, SchemaStatus original) throws SQLException {
        if (original.state() == SchemaState.EMPTY || !original.isKnown()) {
            throw new IllegalArgumentException("schema " + original.schemaVersion() + " of a database in state "
                    + original.state() + ": expected tables of a known version");
        }
        Migrations migrations = new Migrations(empty);
        SchemaVersion version = original.schemaVersion().equals(SchemaVersion.ZERO)
                ? migrations.bundled().get(0)
                : original.schemaVersion();
        UpgradeOutcome outcome = migrations.upgradeTo(version);
        if (outcome instanceof UpgradeOutcome.Upgraded) {
            removeLedgers(empty, original.state());
        }
        return outcome;
    }

    private static void removeLedgers(DataSource dataSource, SchemaState state) throws SQLException {
        List<String> ours =
                List.of(Ledgers.DEFAULT_NAME, LowestServiceTable.TABLE, UpgradeHistory.TABLE, NodeTable.TABLE);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            if (state != SchemaState.FLYWAY) {
                statement.execute("DROP TABLE " + String.join(", ", ours));
            }
            if (state == SchemaState.NO_LEDGER) {
                statement.execute("DROP TABLE " + GooseLedger.TABLE);
            }
        }
    }
}

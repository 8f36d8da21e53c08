package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the tables and the ledgers of a database are.
 *
 * @param schema the schema that contains all of them
 * @param ledger name of our ledger, whether it exists or not
 * @param keepsGoose whether goose's ledger is the reference's, or does not exist; otherwise it belongs to another
 *     application and is neither read nor written
 */
record Location(DatabaseSchema schema, String ledger, boolean keepsGoose) {

    private static final String ROWS = "SELECT type, script FROM %s ORDER BY installed_rank";

    /** Finds out which ledgers are ours. Changes nothing. */
    static Location find(
            Connection connection, DatabaseSchema schema, DatabaseTables tables, List<BundledMigration> migrations)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return new Location(
                    schema,
                    ledger(statement, schema, tables, migrations),
                    keepsGoose(statement, schema, tables, migrations));
        }
    }

    /** The name of our ledger as SQL. */
    String qualifiedLedger() {
        return schema.qualified(ledger);
    }

    /** The tables beside the six tables of the service: the ledgers, and what upgrades record. */
    List<String> ownTables() {
        List<String> names = List.of(ledger, LowestServiceTable.TABLE, UpgradeHistory.TABLE);
        return keepsGoose
                ? Stream.concat(names.stream(), Stream.of(GooseLedger.TABLE)).toList()
                : names;
    }

    private static String ledger(
            Statement statement, DatabaseSchema schema, DatabaseTables tables, List<BundledMigration> migrations)
            throws SQLException {
        Optional<String> recorded = tables.table(UpgradeHistory.TABLE)
                .map(DatabaseTables.Table::comment)
                .filter(comment -> comment.startsWith(UpgradeHistory.COMMENT_PREFIX))
                .map(comment -> comment.substring(UpgradeHistory.COMMENT_PREFIX.length()))
                .filter(List.of(Ledgers.DEFAULT_NAME, Ledgers.OWN_NAME)::contains);
        if (recorded.isPresent()) {
            return recorded.get();
        }
        boolean ours = !tables.exists(Ledgers.OWN_NAME)
                && (!tables.exists(Ledgers.DEFAULT_NAME)
                        || (hasOwnTables(tables) && canBeOurs(statement, schema, tables, migrations)));
        return ours ? Ledgers.DEFAULT_NAME : Ledgers.OWN_NAME;
    }

    /** Every upgrade by an earlier build created one of these tables before the first row of the ledger. */
    private static boolean hasOwnTables(DatabaseTables tables) {
        return tables.exists(LowestServiceTable.TABLE) || tables.exists(UpgradeHistory.TABLE);
    }

    private static boolean canBeOurs(
            Statement statement, DatabaseSchema schema, DatabaseTables tables, List<BundledMigration> migrations)
            throws SQLException {
        if (tables.isUnreadable(Ledgers.DEFAULT_NAME)) {
            return true;
        }
        List<Ledgers.FlywayRow> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(ROWS.formatted(schema.qualified(Ledgers.DEFAULT_NAME)))) {
            while (row.next()) {
                rows.add(new Ledgers.FlywayRow(row.getString("type"), row.getString("script")));
            }
        }
        return Ledgers.canBeOurs(rows, migrations);
    }

    private static boolean keepsGoose(
            Statement statement, DatabaseSchema schema, DatabaseTables tables, List<BundledMigration> migrations)
            throws SQLException {
        if (!tables.isReadable(GooseLedger.TABLE)) {
            return true;
        }
        return Ledgers.isReference(
                new GooseLedger(schema).all(statement),
                BundledMigration.ofReference(migrations),
                tables.exists(DatabaseTables.FLOWS));
    }
}

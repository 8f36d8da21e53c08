package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What an interrupted or failed upgrade leaves in a database: unfinished indexes, and rows of failed migrations in Flyway's
 * ledger. Used by the holder of the upgrade lock, or to look only.
 *
 * @param connection in autocommit mode
 */
record Leftovers(Connection connection, Location location) {

    private static final String UNFINISHED_INDEXES = """
            SELECT quote_ident(class.relname)
            FROM pg_index index
            JOIN pg_class class ON class.oid = index.indexrelid AND class.relkind = 'i'
            JOIN pg_class owner ON owner.oid = index.indrelid
            JOIN unnest(?, ?) AS ours (name, tab) ON ours.name = class.relname AND ours.tab = owner.relname
            WHERE NOT index.indisvalid AND class.relnamespace = ?::oid
            """;

    private static final String FAILED_VERSIONS =
            "SELECT coalesce(version, script) FROM %s WHERE NOT success ORDER BY installed_rank";

    // Not Flyway's repair, which would also rewrite checksums and mark migrations of a newer build as deleted.
    private static final String DELETE_FAILED_ROWS = "DELETE FROM %s WHERE NOT success";

    /**
     * The invalid indexes of our migrations on our tables, as SQL identifiers. Not others, because an operator may be building
     * another index at this moment.
     */
    List<String> unfinishedIndexes(List<BundledMigration> migrations) throws SQLException {
        List<BundledMigration.ConcurrentIndex> ours = migrations.stream()
                .flatMap(migration -> migration.concurrentIndexes().stream())
                .toList();
        List<String> unfinished = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(UNFINISHED_INDEXES)) {
            BundledMigration.ConcurrentIndex.bind(query, ours);
            query.setLong(3, location.schema().oid());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    unfinished.add(rows.getString(1));
                }
            }
        }
        return unfinished;
    }

    /** Drops an index; clients are not blocked. */
    void dropIndex(String index) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "DROP INDEX CONCURRENTLY IF EXISTS " + location.schema().qualified(index));
        }
    }

    /** The versions of failed migrations in Flyway's ledger. */
    List<String> failedRows() throws SQLException {
        List<String> failed = new ArrayList<>();
        if (hasLedger()) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(FAILED_VERSIONS.formatted(location.qualifiedLedger()))) {
                while (rows.next()) {
                    failed.add(rows.getString(1));
                }
            }
        }
        return failed;
    }

    /** Deletes these rows, and returns their number. */
    int deleteFailedRows() throws SQLException {
        if (!hasLedger()) {
            return 0;
        }
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(DELETE_FAILED_ROWS.formatted(location.qualifiedLedger()));
        }
    }

    private boolean hasLedger() throws SQLException {
        return DatabaseTables.read(connection, location.schema()).exists(location.ledger());
    }
}

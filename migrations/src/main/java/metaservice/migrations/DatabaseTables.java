package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of one schema that matter to an upgrade, as one snapshot of the catalog. Immutable.
 *
 * @param found the tables that exist
 * @param role the current role, as an SQL identifier
 * @param upgradeRuns whether any node upgrades this schema
 */
record DatabaseTables(List<Table> found, String role, boolean upgradeRuns) {

    /** The table that decides whether a schema is empty. */
    static final String FLOWS = "flows_v3";

    // One statement, and therefore one snapshot: an upgrade creates Flyway's ledger before flows_v3, so a reader that
    // finds
    // flows_v3 also finds the ledger.
    private static final String READ = """
            SELECT wanted.name AS name, c.oid IS NOT NULL AS exists,
                   c.oid IS NOT NULL AND has_table_privilege(c.oid, 'SELECT') AS readable,
                   coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
                   quote_ident(current_user) AS role, %s AS upgrade_runs
            FROM unnest(?) AS wanted (name)
            LEFT JOIN pg_class c
              ON c.relnamespace = ?::oid AND c.relname = wanted.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """;

    private static final List<String> NAMES = List.of(
            FLOWS,
            Ledgers.DEFAULT_NAME,
            Ledgers.OWN_NAME,
            GooseLedger.TABLE,
            LowestServiceTable.TABLE,
            UpgradeHistory.TABLE);

    DatabaseTables {
        found = List.copyOf(found);
    }

    /**
     * A table that exists.
     *
     * @param isReadable whether the current role may read it
     * @param comment its comment; empty if it has none
     */
    record Table(String name, boolean isReadable, String comment) {}

    static DatabaseTables read(Connection connection, DatabaseSchema schema) throws SQLException {
        List<Table> found = new ArrayList<>();
        String query = READ.formatted(UpgradeLock.Keys.of(schema).isHeld());
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setArray(1, connection.createArrayOf("text", NAMES.toArray()));
            statement.setLong(2, schema.oid());
            try (ResultSet row = statement.executeQuery()) {
                String role = "";
                boolean upgradeRuns = false;
                while (row.next()) {
                    role = row.getString("role");
                    upgradeRuns = row.getBoolean("upgrade_runs");
                    if (row.getBoolean("exists")) {
                        found.add(
                                new Table(row.getString("name"), row.getBoolean("readable"), row.getString("comment")));
                    }
                }
                return new DatabaseTables(found, role, upgradeRuns);
            }
        }
    }

    Optional<Table> table(String name) {
        return found.stream().filter(table -> table.name().equals(name)).findFirst();
    }

    boolean exists(String name) {
        return table(name).isPresent();
    }

    /** Whether the table exists and the current role may read it. */
    boolean isReadable(String name) {
        return table(name).map(Table::isReadable).orElse(false);
    }

    /** Whether the table exists and the current role may not read it. */
    boolean isUnreadable(String name) {
        return exists(name) && !isReadable(name);
    }
}

package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import metaservice.migrations.UpgradeOutcome.Refused;

/**
 * Relations of other applications that have the names of indexes and keys that an upgrade builds. {@code CREATE INDEX IF NOT
 * EXISTS} would take such a relation for the index, and a repair would drop it.
 */
final class TakenNames {

    private static final String READ = """
            SELECT DISTINCT format('%s of table %s', wanted.name, wanted.tab)
            FROM unnest(?, ?) AS wanted (name, tab)
            JOIN pg_class c ON c.relname = wanted.name AND c.relnamespace = ?::oid
            LEFT JOIN pg_index i ON i.indexrelid = c.oid
            LEFT JOIN pg_class t ON t.oid = i.indrelid
            WHERE t.relname IS DISTINCT FROM wanted.tab
            ORDER BY 1
            """;

    private TakenNames() {}

    /**
     * The refusal of an upgrade that needs a name that another relation has; empty if there is none. Changes nothing.
     *
     * @param indexes the indexes that the upgrade may build, with their tables
     */
    static Optional<UpgradeOutcome> refusal(
            Connection connection,
            DatabaseSchema schema,
            List<BundledMigration.ConcurrentIndex> indexes,
            SchemaVersion found)
            throws SQLException {
        List<String> taken = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(READ)) {
            BundledMigration.ConcurrentIndex.bind(query, indexes);
            query.setLong(3, schema.oid());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    taken.add(row.getString(1));
                }
            }
        }
        return taken.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refused(
                        found,
                        "The upgrade builds " + String.join(", ", taken) + ", but another relation has this name.",
                        "Rename that relation, and upgrade again."));
    }
}

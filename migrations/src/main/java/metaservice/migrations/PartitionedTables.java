package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import metaservice.migrations.UpgradeOutcome.Refused;

/**
 * The indexes that pending migrations build on tables that an operator has partitioned. PostgreSQL cannot build an index of
 * a partitioned table concurrently, so the operator has to build it before the upgrade, which then leaves it out.
 *
 * @param built the indexes that exist and are valid
 * @param missing the other ones
 * @param toDrop names of existing indexes that pending migrations drop, which also cannot be done concurrently
 */
record PartitionedTables(
        List<BundledMigration.ConcurrentIndex> built,
        List<BundledMigration.ConcurrentIndex> missing,
        List<String> toDrop) {

    private static final String READ = """
            SELECT wanted.name, wanted.tab, coalesce(i.indisvalid, false) AS built
            FROM unnest(?, ?) AS wanted (name, tab)
            JOIN pg_class t ON t.relname = wanted.tab AND t.relkind = 'p' AND t.relnamespace = ?::oid
            LEFT JOIN pg_class c ON c.relname = wanted.name AND c.relnamespace = t.relnamespace
            LEFT JOIN pg_index i ON i.indexrelid = c.oid AND i.indrelid = t.oid
            """;

    private static final String EXISTING =
            "SELECT relname FROM pg_class WHERE relkind = 'I' AND relnamespace = ?::oid AND relname = ANY (?)";

    PartitionedTables {
        built = List.copyOf(built);
        missing = List.copyOf(missing);
        toDrop = List.copyOf(toDrop);
    }

    /**
     * Reads which indexes exist; changes nothing.
     *
     * @param pending the pending migrations
     */
    static PartitionedTables read(Connection connection, DatabaseSchema schema, List<BundledMigration> pending)
            throws SQLException {
        List<BundledMigration.ConcurrentIndex> indexes = pending.stream()
                .flatMap(migration -> migration.concurrentIndexes().stream())
                .toList();
        List<BundledMigration.ConcurrentIndex> built = new ArrayList<>();
        List<BundledMigration.ConcurrentIndex> missing = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(READ)) {
            BundledMigration.ConcurrentIndex.bind(query, indexes);
            query.setLong(3, schema.oid());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    (row.getBoolean("built") ? built : missing)
                            .add(new BundledMigration.ConcurrentIndex(row.getString("name"), row.getString("tab")));
                }
            }
        }
        return new PartitionedTables(built, missing, toDrop(connection, schema, pending));
    }

    private static List<String> toDrop(Connection connection, DatabaseSchema schema, List<BundledMigration> pending)
            throws SQLException {
        Object[] dropped = pending.stream()
                .flatMap(migration -> migration.droppedIndexes().stream())
                .toArray();
        List<String> existing = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(EXISTING)) {
            query.setLong(1, schema.oid());
            query.setArray(2, connection.createArrayOf("text", dropped));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    existing.add(row.getString(1));
                }
            }
        }
        return existing;
    }

    /** The refusal of an upgrade while the operator has to build or drop an index; empty if there is none. */
    Optional<UpgradeOutcome> refusal(SchemaVersion found) {
        if (!missing.isEmpty()) {
            return Optional.of(refusalOfMissing(found));
        }
        return toDrop.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refused(
                        found,
                        "The upgrade drops indexes of a partitioned table, which PostgreSQL cannot do concurrently: "
                                + String.join(", ", toDrop) + ".",
                        "Drop them by hand (DROP INDEX), and upgrade again."));
    }

    private Refused refusalOfMissing(SchemaVersion found) {
        String tables = missing.stream()
                .map(BundledMigration.ConcurrentIndex::table)
                .distinct()
                .collect(Collectors.joining(" and "));
        String names =
                missing.stream().map(BundledMigration.ConcurrentIndex::name).collect(Collectors.joining(", "));
        return new Refused(
                found,
                "Table " + tables + " is partitioned, and PostgreSQL cannot build indexes of a partitioned table"
                        + " concurrently: " + names + ".",
                "Build them by hand (CREATE INDEX ... ON ONLY the table, CREATE INDEX CONCURRENTLY on each partition, ALTER"
                        + " INDEX ... ATTACH PARTITION), and upgrade again.");
    }
}

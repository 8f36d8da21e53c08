package metaservice.migrations;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalInt;

/** Progress of a running upgrade, read from the statistics views of the server. Changes nothing. */
final class UpgradeProgress {

    private static final String IS_PROGRESS_KNOWN =
            "SELECT to_regclass('pg_catalog.pg_stat_progress_create_index') IS NOT NULL"; // PostgreSQL 12 and newer

    /** Each phase counts one thing: transactions it waits for, blocks it scans, or tuples it sorts or loads. */
    private static final String INDEX_BUILD = """
            SELECT c.relname, p.phase,
                   CASE WHEN p.phase LIKE 'waiting%%' THEN p.lockers_done
                        WHEN p.phase LIKE '%%scanning%%' THEN p.blocks_done
                        ELSE p.tuples_done END AS done,
                   CASE WHEN p.phase LIKE 'waiting%%' THEN p.lockers_total
                        WHEN p.phase LIKE '%%scanning%%' THEN p.blocks_total
                        ELSE p.tuples_total END AS total
            FROM pg_stat_progress_create_index p
            LEFT JOIN pg_class c ON c.oid = p.index_relid
            WHERE p.pid IN (%s)
            """;

    private static final String WAITS_FOR_LOCK =
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid IN (%s)";

    private final UpgradeLock.Keys keys;

    /** @param keys the locks whose holders upgrade */
    UpgradeProgress(UpgradeLock.Keys keys) {
        this.keys = keys;
    }

    /**
     * Reads the progress.
     *
     * @param version the migration that is being applied; empty if it is not known
     */
    RunningMigration read(Statement statement, Optional<SchemaVersion> version) throws SQLException {
        Optional<RunningMigration> build =
                isTrue(statement, IS_PROGRESS_KNOWN) ? indexBuild(statement, version) : Optional.empty();
        if (build.isPresent()) {
            return build.get();
        }
        String phase = isTrue(statement, WAITS_FOR_LOCK.formatted(keys.holders()))
                ? "waiting for locks"
                : version.isPresent() ? "applying" : "preparing";
        return new RunningMigration(version, phase, OptionalInt.empty());
    }

    private Optional<RunningMigration> indexBuild(Statement statement, Optional<SchemaVersion> version)
            throws SQLException {
        try (ResultSet row = statement.executeQuery(INDEX_BUILD.formatted(keys.holders()))) {
            if (!row.next()) {
                return Optional.empty();
            }
            String index = Optional.ofNullable(row.getString("relname")).orElse("an index");
            String phase = index + ": " + row.getString("phase");
            return Optional.of(
                    new RunningMigration(version, phase, percent(row.getLong("done"), row.getLong("total"))));
        }
    }

    static OptionalInt percent(long done, long total) {
        return total > 0 ? OptionalInt.of((int) Math.min(100, 100 * done / total)) : OptionalInt.empty();
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() && row.getBoolean(1);
        }
    }
}

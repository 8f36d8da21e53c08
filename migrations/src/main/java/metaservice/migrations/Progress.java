package metaservice.migrations;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalInt;

/** How far the upgrade is that runs on a database, from what the server tells of its sessions; only reads. */
final class Progress {

    private static final String IS_PROGRESS_KNOWN =
            "SELECT to_regclass('pg_catalog.pg_stat_progress_create_index') IS NOT NULL"; // from PostgreSQL 12 on

    /** Each phase counts one thing: lockers it waits for, blocks it scans, or tuples it sorts or loads. */
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
            """.formatted(UpgradeLock.HOLDERS);

    private static final String WAITS =
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid IN (%s)"
                    .formatted(UpgradeLock.HOLDERS);

    private Progress() {}

    /** Asks what the upgrade is at; without our journal the version cannot be known yet. */
    static RunningMigration read(Statement statement, boolean journal) throws SQLException {
        Optional<SchemaVersion> version = journal ? Journal.nowMigrating(statement) : Optional.empty();
        Optional<RunningMigration> build =
                isTrue(statement, IS_PROGRESS_KNOWN) ? indexBuild(statement, version) : Optional.empty();
        if (build.isPresent()) {
            return build.get();
        }
        String phase = isTrue(statement, WAITS) ? "waiting for locks" : version.isPresent() ? "applying" : "preparing";
        return new RunningMigration(version, phase, OptionalInt.empty());
    }

    private static Optional<RunningMigration> indexBuild(Statement statement, Optional<SchemaVersion> version)
            throws SQLException {
        try (ResultSet row = statement.executeQuery(INDEX_BUILD)) {
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

    private static boolean isTrue(Statement statement, String question) throws SQLException {
        try (ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }
}

package metaservice.migrations;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One migration of this build, as described by the header of its SQL file.
 *
 * @param version the schema version after the migration
 * @param file name of the SQL file
 * @param lowestService the lowest service version that can run on the resulting schema
 * @param concurrentIndexes the indexes that the migration builds concurrently
 * @param droppedIndexes names of the indexes that the migration drops concurrently
 * @param notInReference true if the reference implementation does not have the migration; it is then not recorded in
 *     goose's ledger
 */
record BundledMigration(
        SchemaVersion version,
        String file,
        ServiceVersion lowestService,
        List<ConcurrentIndex> concurrentIndexes,
        List<String> droppedIndexes,
        boolean notInReference) {

    /** An index that a migration builds concurrently, and its table. */
    record ConcurrentIndex(String name, String table) {

        /** Sets the first two parameters of a query, {@code unnest(?, ?)}: the names and the tables of the indexes. */
        static void bind(PreparedStatement query, List<ConcurrentIndex> indexes) throws SQLException {
            Object[] names = indexes.stream().map(ConcurrentIndex::name).toArray();
            Object[] tables = indexes.stream().map(ConcurrentIndex::table).toArray();
            query.setArray(1, query.getConnection().createArrayOf("text", names));
            query.setArray(2, query.getConnection().createArrayOf("text", tables));
        }
    }

    /** The versions that the reference has too, in the order of the migrations. */
    static List<SchemaVersion> ofReference(List<BundledMigration> migrations) {
        return migrations.stream()
                .filter(migration -> !migration.notInReference())
                .map(BundledMigration::version)
                .toList();
    }

    /** File names of migrations. */
    static final Pattern FILE_NAME = Pattern.compile("V([0-9]+)__[a-z0-9_]+\\.sql");

    private static final Pattern LOWEST_SERVICE = Pattern.compile("(?m)^-- lowest service: (\\S+)$");
    private static final Pattern NOT_IN_REFERENCE = Pattern.compile("(?m)^-- ledger: only ours$");
    private static final String BUILD_OF =
            "(?m)^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS %s\\s+ON %s [^;]*;";
    private static final Pattern DROPPED_INDEX = Pattern.compile("(?m)^DROP INDEX CONCURRENTLY IF EXISTS (\\w+)");
    private static final Pattern CONCURRENT_INDEX =
            Pattern.compile("(?m)^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\\w+)\\s+ON (\\w+)");

    /** What the migration is about, in a few words, from the name of its file. */
    String description() {
        return file.replaceFirst("^V[0-9]+__", "").replaceFirst("\\.sql$", "").replace('_', ' ');
    }

    /** The SQL without the statement that builds the index. */
    static String without(ConcurrentIndex index, String sql) {
        return sql.replaceAll(BUILD_OF.formatted(index.name(), index.table()), "");
    }

    BundledMigration {
        concurrentIndexes = List.copyOf(concurrentIndexes);
        droppedIndexes = List.copyOf(droppedIndexes);
    }

    /**
     * Reads a migration.
     *
     * @throws IllegalArgumentException if the file name has another form, or the header lacks the line with the
     *     lowest service
     */
    static BundledMigration of(String fileName, String sql) {
        Matcher name = FILE_NAME.matcher(fileName);
        Matcher lowestService = LOWEST_SERVICE.matcher(sql);
        if (!name.matches() || !lowestService.find()) {
            throw new IllegalArgumentException("migration " + fileName
                    + ": expected a name like V1__what.sql and a line like '-- lowest service: 1.0.1'");
        }
        List<ConcurrentIndex> indexes = CONCURRENT_INDEX
                .matcher(sql)
                .results()
                .map((MatchResult match) -> new ConcurrentIndex(match.group(1), match.group(2)))
                .toList();
        return new BundledMigration(
                SchemaVersion.parse(name.group(1)),
                fileName,
                ServiceVersion.parse(lowestService.group(1)),
                indexes,
                DROPPED_INDEX
                        .matcher(sql)
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .toList(),
                NOT_IN_REFERENCE.matcher(sql).find());
    }
}

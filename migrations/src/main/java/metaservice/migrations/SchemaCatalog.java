package metaservice.migrations;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The schema versions that this build can migrate to, and what their migrations need. Needs no database. Immutable.
 *
 * @param entries ascending, at least one
 */
public record SchemaCatalog(List<Entry> entries) {

    /** Copies the list. */
    public SchemaCatalog {
        entries = List.copyOf(entries);
    }

    /**
     * A schema version and the migration that makes it.
     *
     * @param version the schema version after the migration
     * @param description a few words, such as {@code newest runs}
     * @param lowestService the lowest service version that can run on the schema
     * @param indexedTables the tables on which the migration builds indexes, one entry for each index; the time that this
     *     takes grows with the rows of the table
     * @param onlyOurs whether the reference implementation does not have the version
     */
    public record Entry(
            SchemaVersion version,
            String description,
            ServiceVersion lowestService,
            List<String> indexedTables,
            boolean onlyOurs) {

        /** Copies the list. */
        public Entry {
            indexedTables = List.copyOf(indexedTables);
        }

        private static Entry of(BundledMigration migration) {
            return new Entry(
                    migration.version(),
                    migration.description(),
                    migration.lowestService(),
                    migration.concurrentIndexes().stream()
                            .map(BundledMigration.ConcurrentIndex::table)
                            .toList(),
                    migration.notInReference());
        }
    }

    /** Reads the migrations of this build. */
    public static SchemaCatalog load() {
        return new SchemaCatalog(
                BundledFiles.load().migrations().stream().map(Entry::of).toList());
    }

    /** The versions, ascending. */
    public List<SchemaVersion> versions() {
        return entries.stream().map(Entry::version).toList();
    }

    /** The newest schema version. */
    public SchemaVersion newest() {
        return entries.get(entries.size() - 1).version();
    }

    /** The entry of a version; empty if this build does not know it. */
    public Optional<Entry> find(SchemaVersion version) {
        return entries.stream().filter(entry -> entry.version().equals(version)).findFirst();
    }

    /** The entries above one version up to another one, ascending. */
    public List<Entry> between(SchemaVersion above, SchemaVersion upTo) {
        return entries.stream()
                .filter(entry -> entry.version().compareTo(above) > 0)
                .filter(entry -> entry.version().compareTo(upTo) <= 0)
                .toList();
    }

    /** The lowest service version that may run on a schema of this build: the highest that a migration up to it needs. */
    public ServiceVersion floorAt(SchemaVersion version) {
        Stream<Entry> applied = entries.stream().filter(entry -> entry.version().compareTo(version) <= 0);
        return applied.map(Entry::lowestService)
                .max(ServiceVersion::compareTo)
                .orElseGet(() -> entries.get(0).lowestService());
    }
}

package metaservice.tools.rehearse;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import metaservice.migrations.SchemaCatalog;

/**
 * How long a migration took on the copy, and may take on the source.
 *
 * @param version the schema version after it
 * @param description a few words
 * @param measured the time on the copy
 * @param estimated the time on the source: the measured one, multiplied by the ratio of the rows of the tables on which it
 *     builds indexes; the measured one if it builds none; empty if the copy has no rows of these tables and the source has
 */
record MigrationTime(String version, String description, Duration measured, Optional<Duration> estimated) {

    /** Estimates the time on the source. */
    static MigrationTime of(SchemaCatalog.Entry entry, Duration measured, List<SampledTable> tables) {
        Map<String, SampledTable> byName =
                tables.stream().collect(Collectors.toMap(SampledTable::name, table -> table));
        List<SampledTable> indexed = entry.indexedTables().stream()
                .filter(byName::containsKey)
                .map(byName::get)
                .toList();
        long sampled = indexed.stream().mapToLong(SampledTable::rows).sum();
        long all = indexed.stream().mapToLong(SampledTable::rowsOfSource).sum();
        return new MigrationTime(
                entry.version().toString(), entry.description(), measured, estimated(measured, sampled, all));
    }

    private static Optional<Duration> estimated(Duration measured, long sampled, long all) {
        if (sampled == 0) {
            return all == 0 ? Optional.of(measured) : Optional.empty();
        }
        double ratio = Math.max(1, (double) all / sampled);
        return Optional.of(Duration.ofMillis(Math.round(measured.toMillis() * ratio)));
    }
}

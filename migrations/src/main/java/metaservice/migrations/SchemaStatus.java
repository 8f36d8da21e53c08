package metaservice.migrations;

import java.util.List;
import java.util.Optional;

/**
 * The state of one database schema at one moment.
 *
 * @param state contents of the database, and which ledger counts
 * @param schemaVersion last applied migration according to that ledger; zero without a ledger and for an empty
 *     database
 * @param bundled all migrations of this build, ascending
 * @param unapplied bundled migrations that are pending, ascending; all of them if this build does not know the schema
 *     version, as in the reference
 * @param migrationInProgress whether any node upgrades this database
 * @param lowestService lowest service version that can run on this schema, as stored by the last upgrade; empty if
 *     none is stored
 * @param running progress of the running upgrade; present if and only if one runs
 * @param lastUpgrade the last upgrade that ended; empty if none is recorded
 * @param drift differences between the schema and its version; empty if this build does not know the version, and
 *     while an upgrade runs, because the schema is then between two versions
 * @param schemaName the schema of the database that contains the tables, or gets them if there are none
 * @param warnings one sentence for each table of ours that the role of the connection may not read
 */
public record SchemaStatus(
        SchemaState state,
        SchemaVersion schemaVersion,
        List<SchemaVersion> bundled,
        List<SchemaVersion> unapplied,
        boolean migrationInProgress,
        Optional<ServiceVersion> lowestService,
        Optional<RunningMigration> running,
        Optional<LastUpgrade> lastUpgrade,
        List<SchemaDifference> drift,
        String schemaName,
        List<String> warnings) {

    /** Copies the lists. */
    public SchemaStatus {
        bundled = List.copyOf(bundled);
        unapplied = List.copyOf(unapplied);
        drift = List.copyOf(drift);
        warnings = List.copyOf(warnings);
    }

    /** A status of schema {@code public} without drift, running upgrade, last upgrade and warnings. */
    public SchemaStatus(
            SchemaState state,
            SchemaVersion schemaVersion,
            List<SchemaVersion> bundled,
            List<SchemaVersion> unapplied,
            boolean migrationInProgress,
            Optional<ServiceVersion> lowestService) {
        this(
                state,
                schemaVersion,
                bundled,
                unapplied,
                migrationInProgress,
                lowestService,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                "public",
                List.of());
    }

    /** A copy with other differences. */
    SchemaStatus withDrift(List<SchemaDifference> found) {
        return new SchemaStatus(
                state,
                schemaVersion,
                bundled,
                unapplied,
                migrationInProgress,
                lowestService,
                running,
                lastUpgrade,
                found,
                schemaName,
                warnings);
    }

    /** Whether no migration is pending. */
    public boolean isUpToDate() {
        return unapplied.isEmpty();
    }

    /** Whether this build has a migration to the schema version; zero counts as known. */
    public boolean isKnown() {
        return schemaVersion.equals(SchemaVersion.ZERO) || bundled.contains(schemaVersion);
    }
}

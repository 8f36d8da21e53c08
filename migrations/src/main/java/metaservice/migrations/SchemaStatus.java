package metaservice.migrations;

import java.util.List;
import java.util.Optional;

/**
 * The schema of one database at one moment.
 *
 * @param state what the database holds, and whose ledger counts
 * @param schemaVersion the last migration applied, as that ledger says; zero without one and for an empty database
 * @param bundled every migration this build has, ascending
 * @param unapplied those of the bundled migrations that are pending, ascending; all of them if the schema version is
 *     unknown to this build, which is how the reference counts
 * @param migrationInProgress whether an upgrade runs on this database at this moment, from whatever node
 * @param lowestService the lowest service version that can run on this schema, as the last upgrade stored it; absent if
 *     none did
 * @param running what the upgrade is at; present exactly if one runs
 * @param lastUpgrade the last upgrade that is over; absent if the database remembers none
 * @param drift where the schema is not what its version says; empty on a version that is unknown to this build, and while
 *     an upgrade runs, because the schema is between two versions then
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
        List<SchemaDifference> drift) {

    /** Copies the lists. */
    public SchemaStatus {
        bundled = List.copyOf(bundled);
        unapplied = List.copyOf(unapplied);
        drift = List.copyOf(drift);
    }

    /** A schema as it should be, on which no upgrade runs and none is remembered. */
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
                List.of());
    }

    /** The same with other findings. */
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
                found);
    }

    /** Whether nothing is pending. */
    public boolean isUpToDate() {
        return unapplied.isEmpty();
    }

    /** Whether this build has the migration that the schema stands at; zero counts as known. */
    public boolean isKnown() {
        return schemaVersion.equals(SchemaVersion.ZERO) || bundled.contains(schemaVersion);
    }
}

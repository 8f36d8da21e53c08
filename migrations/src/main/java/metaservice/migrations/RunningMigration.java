package metaservice.migrations;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Progress of the running upgrade, on whichever node it runs.
 *
 * @param version the migration that is being applied; empty before the first and after the last one
 * @param phase description of the current step
 * @param percent progress of the phase, 0 to 100; empty if unknown
 */
public record RunningMigration(Optional<SchemaVersion> version, String phase, OptionalInt percent) {}

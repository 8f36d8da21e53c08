package metaservice.migrations;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an upgrade is at, on whatever node it runs.
 *
 * @param version the migration that is applied at this moment; absent before the first and after the last one
 * @param phase what it does, for people
 * @param percent how far the phase is, 0 to 100; absent if the phase cannot tell
 */
public record RunningMigration(Optional<SchemaVersion> version, String phase, OptionalInt percent) {}

package metaservice.conformance;

import metaservice.migrations.SchemaVersion;

/**
 * The moment of an upgrade at which something breaks.
 *
 * @param from the schema version at which the upgrade begins; zero for an empty database
 * @param point the {@link StopPoints stop point} that the upgrade has reached, counted from 1
 */
record UpgradeMoment(SchemaVersion from, long point) {

    /** Whether the upgrade fills an empty database. */
    boolean fillsDatabase() {
        return from.equals(SchemaVersion.ZERO);
    }
}

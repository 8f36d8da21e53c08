package metaservice.launcher.service;

import java.nio.file.Path;
import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * One service version in the image, as its manifest describes it; none of its classes is loaded.
 *
 * @param kind the kind of service, such as metadata
 * @param version version of the service, which it also reports to its clients
 * @param schemaMin lowest schema version that it can run on
 * @param provider name of the class that starts it
 * @param jar path of its jar
 */
public record BundledService(
        ServiceKind kind, ServiceVersion version, SchemaVersion schemaMin, String provider, Path jar) {

    /** Whether the schema has at least the version that the service needs. */
    public boolean runsOn(SchemaVersion schema) {
        return schemaMin.compareTo(schema) <= 0;
    }

    /**
     * Whether a database with this floor admits the service. Without a floor every service is admitted. The floor is a
     * version of the metadata service, so it does not apply to other kinds.
     */
    public boolean isAdmitted(Optional<ServiceVersion> floor) {
        return !kind.equals(ServiceKind.METADATA)
                || floor.isEmpty()
                || floor.get().compareTo(version) <= 0;
    }

    /** The name in messages: {@code 3.0.0} for the metadata kind, {@code ui 1.0.0} for others. */
    public String title() {
        return kind.equals(ServiceKind.METADATA) ? version.toString() : kind + " " + version;
    }
}

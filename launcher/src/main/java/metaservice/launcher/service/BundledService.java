package metaservice.launcher.service;

import java.nio.file.Path;
import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * One service version in the image, as its manifest describes it; none of its classes is loaded.
 *
 * @param kind what it is
 * @param version the version it reports to its clients
 * @param schemaMin lowest schema version it can run on
 * @param provider name of the class that starts it
 * @param jar where it is
 */
public record BundledService(
        ServiceKind kind, ServiceVersion version, SchemaVersion schemaMin, String provider, Path jar) {

    /** Whether it can run on a schema, as far as the service itself is concerned. */
    public boolean runsOn(SchemaVersion schema) {
        return schemaMin.compareTo(schema) <= 0;
    }

    /**
     * Whether a database with this floor admits it. Without a floor every service is admitted. The floor names a version
     * of the metadata service, so it says nothing about other kinds.
     */
    public boolean isAdmitted(Optional<ServiceVersion> floor) {
        return !kind.equals(ServiceKind.METADATA)
                || floor.isEmpty()
                || floor.get().compareTo(version) <= 0;
    }

    /** Kind and version, as a sentence names the service: {@code 3.0.0} for the metadata kind, {@code ui 1.0.0} for others. */
    public String title() {
        return kind.equals(ServiceKind.METADATA) ? version.toString() : kind + " " + version;
    }
}

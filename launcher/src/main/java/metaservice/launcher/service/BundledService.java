package metaservice.launcher.service;

import java.nio.file.Path;
import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * One service version in the image, as its manifest describes it; none of its classes is loaded.
 *
 * @param version the version it reports to its clients
 * @param schemaMin lowest schema version it can run on
 * @param provider name of the class that starts it
 * @param jar where it is
 */
public record BundledService(ServiceVersion version, SchemaVersion schemaMin, String provider, Path jar) {

    /** Whether it can run on a schema, as far as the service itself is concerned. */
    public boolean runsOn(SchemaVersion schema) {
        return schemaMin.compareTo(schema) <= 0;
    }

    /** Whether a database with this floor lets it in; no floor lets everybody in. */
    public boolean isAdmitted(Optional<ServiceVersion> floor) {
        return floor.isEmpty() || floor.get().compareTo(version) <= 0;
    }
}

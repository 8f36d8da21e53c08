package metaservice.tools.compat;

import java.util.List;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * A released image.
 *
 * @param version without a leading {@code v}
 * @param newestSchema the newest schema version that it makes
 * @param services the metadata services that it contains, at least one, ascending
 */
record Image(Origin origin, ServiceVersion version, SchemaVersion newestSchema, List<ServiceVersion> services) {

    /** Who made an image. */
    enum Origin {
        /** Netflix's metaflow-service. */
        REFERENCE,
        /** This project. */
        METASERVICE
    }

    Image {
        services = List.copyOf(services);
    }

    /** Whether it is one of the reference. */
    boolean isReference() {
        return origin == Origin.REFERENCE;
    }

    /** The name for messages, such as {@code image 2.5.1 of the reference}. */
    @Override
    public String toString() {
        return "image " + version + (isReference() ? " of the reference" : "");
    }
}

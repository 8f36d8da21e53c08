package metaservice.migrations;

import java.util.Map;
import java.util.Optional;

/**
 * The names that {@code GET /version} returns: folders in the image of the reference, one for each range of schema
 * versions. Scripts of operators depend on them.
 */
public final class ReferenceFolders {

    /** The folder for the newest schema version. */
    public static final String NEWEST = "latest";

    /** Folders whose name is not the schema version. */
    private static final Map<SchemaVersion, String> NAMES =
            Map.of(SchemaVersion.ZERO, "v_1_0_1", new SchemaVersion(1), "v_1_0_1");

    private ReferenceFolders() {}

    /** The folder for the schema of a database; empty if this build does not know its version. */
    public static Optional<String> of(SchemaStatus status) {
        if (status.isUpToDate()) {
            return Optional.of(NEWEST);
        }
        SchemaVersion version = status.schemaVersion();
        return Optional.ofNullable(NAMES.get(version))
                .or(() -> status.isKnown() ? Optional.of(version.toString()) : Optional.empty());
    }
}

package metaservice.launcher.swap;

import java.util.Optional;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/** The decision which bundled service runs on a database. */
public sealed interface VersionChoice {

    /** The database is empty: decide again after the migrations. */
    record NeedsSchema() implements VersionChoice {}

    /**
     * This service is to run.
     *
     * @param reason why this one is chosen; completes "3.0.0 (…)"
     */
    record Chosen(BundledService service, String reason) implements VersionChoice {}

    /**
     * No bundled service may run on this database.
     *
     * @param reason one sentence: what was found, what is bundled, what to do
     */
    record Refused(String reason) implements VersionChoice {}

    /**
     * Chooses the newest compatible service. This holds for a schema from a newer build, too: its migrations have
     * stored the lowest service version that still works, {@link SchemaStatus#lowestService()}.
     */
    static VersionChoice decide(SchemaStatus status, ServiceCatalog catalog) {
        if (status.state() == SchemaState.EMPTY) {
            return new NeedsSchema();
        }
        return catalog.newestFor(status.schemaVersion(), status.lowestService())
                .<VersionChoice>map(service -> new Chosen(service, reason(status, catalog)))
                .orElseGet(() -> new Refused(refusal(status, catalog)));
    }

    private static String reason(SchemaStatus status, ServiceCatalog catalog) {
        String newest = "newest of " + catalog.versions() + " that runs on this schema";
        if (status.isKnown()) {
            return newest;
        }
        return newest + ", which this build does not know"
                + status.lowestService()
                        .map(floor -> " and which admits " + floor + " and later")
                        .orElse(" and which sets no lowest service version");
    }

    private static String refusal(SchemaStatus status, ServiceCatalog catalog) {
        SchemaVersion schema = status.schemaVersion();
        Optional<ServiceVersion> floor = status.lowestService();
        if (floor.isEmpty()) {
            return "The database has schema version " + schema + ", on which none of the bundled services runs ("
                    + catalog.versions() + "): upgrade the database.";
        }
        return "The database has schema version " + schema + ", which admits services from version " + floor.get()
                + " on, and this image holds only " + catalog.versions() + ": run a newer image.";
    }
}

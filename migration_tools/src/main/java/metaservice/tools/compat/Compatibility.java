package metaservice.tools.compat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.SchemaCatalog;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * Decides whether a change may be a rolling one. Pure functions of values.
 *
 * <p>A start of this image changes nothing in a database that has tables, so nodes of both images then share the schema as it
 * is. The schema changes when somebody asks for an upgrade. All migrations are online, so nodes can stay during an upgrade if
 * their service can run on the result.
 *
 * @param schemas the schema versions of this build
 * @param services the metadata services of this image, ascending
 */
record Compatibility(SchemaCatalog schemas, List<BundledService> services) {

    /** The reference's own 1.0.1 works on schema 0 and 1 only; the one of this image works on all. */
    private static final SchemaVersion LAST_OF_REFERENCES_V1 = new SchemaVersion(1);

    Compatibility {
        services = List.copyOf(services);
    }

    /**
     * Decides.
     *
     * @param change its schema is known to this build, zero, or newer than all versions of this build
     */
    Verdict decide(Change change) {
        return isNewer(change.schema()) ? onNewerSchema(change) : onKnownSchema(change);
    }

    /** Whether a newer image made the schema. */
    boolean isNewer(SchemaVersion schema) {
        return schema.compareTo(schemas.newest()) > 0;
    }

    /** Whether this build can say something about the schema. */
    boolean isKnown(SchemaVersion schema) {
        return schema.equals(SchemaVersion.ZERO)
                || isNewer(schema)
                || schemas.find(schema).isPresent();
    }

    private Verdict onNewerSchema(Change change) {
        String newer = "schema " + change.schema() + " is newer than this image, whose newest is " + schemas.newest();
        if (change.floor().isEmpty()) {
            return verdict(
                    false,
                    newer
                            + "; which services may run there is stored in the database, so repeat this with --floor and the"
                            + " result of SELECT lowest_service FROM metaservice_floor.",
                    change);
        }
        String admits = newer + ", and the database admits services from " + floor(change) + " on";
        return serviceOn(change)
                .map(service ->
                        verdict(true, admits + ": this image runs " + service + " beside the newer one.", change))
                .orElseGet(() -> verdict(false, admits + ", but this image has only " + versions() + ".", change));
    }

    private Verdict onKnownSchema(Change change) {
        return Optional.<String>empty()
                .or(() -> noService(change))
                .or(() -> othersDoNotStart(change))
                .or(() -> change.withUpgrade() ? obstacleToUpgrade(change) : Optional.empty())
                .map(reason -> verdict(false, reason, change))
                .orElseGet(() -> verdict(true, together(change), change));
    }

    private Verdict verdict(boolean rolling, String reason, Change change) {
        return new Verdict(rolling, reason, serviceOn(change), serviceOfOthers(change), upgradeAdvice(change));
    }

    private Optional<String> noService(Change change) {
        return serviceOn(change).isPresent()
                ? Optional.empty()
                : Optional.of("the database admits services from " + floor(change)
                        + " on, and of those none of this image (" + versions() + ") runs on schema " + change.schema()
                        + ".");
    }

    /** The images of the reference start no service on a schema that they do not know. */
    private static Optional<String> othersDoNotStart(Change change) {
        return change.from()
                .filter(Image::isReference)
                .filter(image -> image.newestSchema().compareTo(change.schema()) < 0)
                .map(image -> image + " knows no schema above " + image.newestSchema()
                        + ", so a node of it does not start on schema " + change.schema() + ".");
    }

    private String together(Change change) {
        String others = change.from()
                .map(image ->
                        serviceOfOthers(change).map(ServiceVersion::toString).orElse("the service") + " of " + image)
                .orElse("the services that run there already");
        return "on schema " + change.schema() + " this image runs "
                + serviceOn(change).orElseThrow() + ", beside " + others
                + "; its start changes nothing in the database.";
    }

    /** Why the schema must not be upgraded while nodes of the other image run; empty if it may. */
    private Optional<String> obstacleToUpgrade(Change change) {
        List<SchemaCatalog.Entry> pending = schemas.between(change.schema(), schemas.newest());
        boolean leavesFirst = schemas.newest().compareTo(LAST_OF_REFERENCES_V1) > 0;
        if (isReferencePossible(change) && change.schema().compareTo(LAST_OF_REFERENCES_V1) <= 0 && leavesFirst) {
            return Optional.of("the reference's 1.0.1, which its images run on schema " + change.schema()
                    + ", fails on newer schemas, and the upgrade reaches " + schemas.newest() + " while it serves.");
        }
        // A node of this project swaps to its newest service during the upgrade.
        Optional<ServiceVersion> newest =
                change.from().map(image -> image.services().get(image.services().size() - 1));
        return pending.stream()
                .filter(entry -> newest.isPresent() && entry.lowestService().compareTo(newest.get()) > 0)
                .findFirst()
                .map(entry -> "from schema " + entry.version() + " on the database admits services from "
                        + entry.lowestService() + " on, and the newest of "
                        + change.from().orElseThrow() + " is "
                        + newest.orElseThrow() + ".");
    }

    /** Whether the other nodes are, or may be, nodes of the reference. */
    private static boolean isReferencePossible(Change change) {
        return change.from().map(Image::isReference).orElse(true);
    }

    private String upgradeAdvice(Change change) {
        if (isNewer(change.schema())) {
            return "not by this image.";
        }
        if (schemas.between(change.schema(), schemas.newest()).isEmpty()) {
            return "none is pending.";
        }
        Optional<String> obstacle = obstacleToUpgrade(change);
        if (obstacle.isPresent()) {
            return "only after the last old node has ended"
                    + (change.withUpgrade() ? "." : ", because " + obstacle.get());
        }
        return isReferencePossible(change)
                ? "better after the last old node has ended, because a node of the reference that starts again does not know"
                        + " the new schema version and ends; those that run continue."
                : "at any time; it is online, and nodes of both images continue.";
    }

    private Optional<ServiceVersion> serviceOn(Change change) {
        return thatRunOn(change.schema())
                .filter(version -> version.compareTo(floor(change)) >= 0)
                .max(ServiceVersion::compareTo);
    }

    /** What a running node of the other image serves with on the schema; empty if its image is not known. */
    private Optional<ServiceVersion> serviceOfOthers(Change change) {
        return change.from().flatMap(image -> {
            if (image.isReference()) {
                boolean first = change.schema().compareTo(LAST_OF_REFERENCES_V1) <= 0;
                return Optional.of(
                        image.services().get(first ? 0 : image.services().size() - 1));
            }
            return thatRunOn(change.schema()).filter(image.services()::contains).max(ServiceVersion::compareTo);
        });
    }

    private Stream<ServiceVersion> thatRunOn(SchemaVersion schema) {
        return services.stream()
                .filter(service -> service.schemaMin().compareTo(schema) <= 0)
                .map(BundledService::version);
    }

    private ServiceVersion floor(Change change) {
        return change.floor().orElseGet(() -> schemas.floorAt(change.schema()));
    }

    private String versions() {
        return services.stream().map(service -> service.version().toString()).collect(Collectors.joining(", "));
    }
}

package metaservice.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import metaservice.launcher.migration.MigrationApi;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.swap.ServiceSupervisor;
import metaservice.migrations.SchemaStatus;
import metaservice.spi.Health;

/**
 * The services of this process, for the migration API: their status, and the notification after an upgrade.
 *
 * @param catalog all bundled services, of all kinds
 * @param served the kinds that this process runs; the launcher adds them during the start
 * @param database whether the database answers; not called before the launcher has read its address
 */
record ServicesOfProcess(ServiceCatalog catalog, List<ServedKind> served, Supplier<CompletionStage<Health>> database)
        implements MigrationApi.Services {

    /**
     * The members of the metadata kind, and {@code services}: a list with one object for each other kind that this
     * process runs, with the same members.
     */
    @Override
    public Map<String, Object> status(SchemaStatus schema) {
        Map<String, Object> members = new LinkedHashMap<>(find(ServiceKind.METADATA)
                .map(metadata -> metadata.supervisor().status(schema))
                .orElseGet(() -> ServiceSupervisor.statusWithout(catalog.ofKind(ServiceKind.METADATA), schema)));
        List<Map<String, Object>> others = new ArrayList<>();
        for (ServedKind other : served) {
            if (!other.kind().equals(ServiceKind.METADATA)) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("kind", other.kind().name());
                object.putAll(other.supervisor().status(schema));
                others.add(object);
            }
        }
        members.put("services", others);
        return members;
    }

    @Override
    public void schemaMayHaveChanged() {
        served.forEach(kind -> kind.supervisor().schemaMayHaveChanged());
    }

    /** Ready if each kind that this process runs has a service behind its listener, and the database answers. */
    @Override
    public CompletionStage<Health> readiness() {
        return served.stream()
                .filter(kind -> kind.supervisor().serving().isEmpty())
                .findFirst()
                .<CompletionStage<Health>>map(kind -> CompletableFuture.completedFuture(
                        Health.down("no service of kind " + kind.kind() + " is running")))
                .orElseGet(database);
    }

    /** A kind; empty if this process does not run it. */
    Optional<ServedKind> find(ServiceKind kind) {
        return served.stream()
                .filter(candidate -> candidate.kind().equals(kind))
                .findFirst();
    }
}

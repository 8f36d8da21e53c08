package metaservice.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.launcher.migration.MigrationApi;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.swap.ServiceSupervisor;
import metaservice.migrations.SchemaStatus;

/**
 * What the migration API tells of the services of this process, and whom it tells of upgrades.
 *
 * @param catalog all bundled services, of all kinds
 * @param served the kinds that this process runs
 */
record ServicesOfProcess(ServiceCatalog catalog, List<ServedKind> served) implements MigrationApi.Services {

    /**
     * The members of the metadata kind, as if there were no other, and {@code services}: one object for each other kind
     * that this process runs, with the same members.
     */
    @Override
    public Map<String, Object> status(SchemaStatus schema) {
        Map<String, Object> members = new LinkedHashMap<>(find(ServiceKind.METADATA)
                .map(metadata -> metadata.status(schema))
                .orElseGet(() -> ServiceSupervisor.statusWithout(catalog.ofKind(ServiceKind.METADATA), schema)));
        List<Map<String, Object>> others = new ArrayList<>();
        for (ServedKind other : served) {
            if (!other.kind().equals(ServiceKind.METADATA)) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("kind", other.kind().name());
                one.putAll(other.status(schema));
                others.add(one);
            }
        }
        members.put("services", others);
        return members;
    }

    @Override
    public void schemaMayHaveChanged() {
        served.forEach(kind -> kind.supervisor().schemaMayHaveChanged());
    }

    private Optional<ServedKind> find(ServiceKind kind) {
        return served.stream().filter(one -> one.kind().equals(kind)).findFirst();
    }
}

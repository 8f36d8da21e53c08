package metaservice.launcher.swap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.SchemaStatus;

/** The member {@code candidates} of the status: whether each bundled service may run on the database, and why. */
final class Candidates {

    private Candidates() {}

    /** One object for each bundled service, ascending by version. */
    static List<Map<String, Object>> of(ServiceCatalog catalog, SchemaStatus schema, StartFailures failures) {
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (BundledService service : catalog.services()) {
            Map<String, Object> candidate = new LinkedHashMap<>();
            candidate.put("version", service.version());
            candidate.put("lowest_schema", service.schemaMin());
            candidate.put(
                    "compatible", service.runsOn(schema.schemaVersion()) && service.isAdmitted(schema.lowestService()));
            candidate.put("reason", reason(service, schema, failures));
            candidates.add(candidate);
        }
        return candidates;
    }

    private static String reason(BundledService service, SchemaStatus schema, StartFailures failures) {
        if (!service.runsOn(schema.schemaVersion())) {
            return "needs schema " + service.schemaMin() + " or newer; the database has " + schema.schemaVersion();
        }
        if (!service.isAdmitted(schema.lowestService())) {
            return "the database admits services from version "
                    + schema.lowestService().orElseThrow() + " on";
        }
        return failures.of(service.version())
                .map(StartFailures.Failure::reason)
                .orElse("runs on schema " + service.schemaMin() + " and newer");
    }
}

package metaservice.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;

/**
 * The report of a successful start, printed once to standard output.
 *
 * @param schema version of the schema and the reason for it
 * @param services the services that were started, one for each kind
 * @param migrationUrl URL of the migration service; empty if this process does not run it
 */
record StartupReport(String schema, List<Service> services, Optional<String> migrationUrl) {

    private static final String METADATA = "metadata";

    /** Copies the list. */
    StartupReport {
        services = List.copyOf(services);
    }

    /**
     * A service that was started.
     *
     * @param version the version and why it was chosen
     * @param url URL for clients
     */
    record Service(String kind, String version, String url) {}

    /** The URL of a listener for clients on this machine. */
    static String url(String host, int port, String path) {
        boolean anyAddress = host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
        String reachable = anyAddress ? "127.0.0.1" : host;
        return "http://" + (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port + path;
    }

    /**
     * The reason for the schema version, printed in brackets after it.
     *
     * @param filled whether this start has filled an empty database
     */
    static String schemaReason(SchemaStatus status, boolean filled) {
        if (status.state() == SchemaState.EMPTY) {
            return "empty; PATCH /upgrade fills it";
        }
        if (filled) {
            return "newest; applied just now to an empty database";
        }
        if (status.isUpToDate()) {
            return "newest";
        }
        if (!status.isKnown()) {
            return "not known to this build";
        }
        String pending = "migrations pending: " + status.unapplied().size();
        return status.state() == SchemaState.NO_LEDGER ? "tables without a ledger; " + pending : pending;
    }

    /** The text, with a line end after each line. */
    String text() {
        List<String> lines = new ArrayList<>(List.of("Metaservice is ready.", line("schema", schema)));
        for (Service service : services) {
            if (service.kind().equals(METADATA)) {
                lines.add(line("service", service.version()));
                lines.add(line(METADATA, service.url()));
            } else {
                lines.add(line(service.kind(), service.url() + "  " + service.version()));
            }
        }
        migrationUrl.ifPresent(url -> lines.add(line("migration", url)));
        find(METADATA)
                .ifPresent(service -> lines.add(line(
                        "client", "export METAFLOW_DEFAULT_METADATA=service METAFLOW_SERVICE_URL=" + service.url())));
        lines.add("");
        return String.join(System.lineSeparator(), lines);
    }

    /** The started service of a kind; empty if this process does not run the kind. */
    Optional<Service> find(String kind) {
        return services.stream().filter(service -> service.kind().equals(kind)).findFirst();
    }

    private static String line(String name, String value) {
        return String.format("  %-9s  %s", name, value);
    }
}

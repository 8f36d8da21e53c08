package metaservice.launcher;

import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;

/**
 * What a successful start tells its operator, once, on standard output.
 *
 * @param schema version of the schema, and why that one
 * @param service version of the service, and why that one
 * @param metadataUrl where clients find the metadata service
 * @param migrationUrl where operators find the migration service
 */
record StartupReport(String schema, String service, String metadataUrl, String migrationUrl) {

    /** The address a client on this machine uses for a listener. */
    static String url(String host, int port, String path) {
        boolean anywhere = host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
        String reachable = anywhere ? "127.0.0.1" : host;
        return "http://" + (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port + path;
    }

    /**
     * Why the schema is what it is; follows its version, in brackets.
     *
     * @param filled whether the database was empty a moment ago
     */
    static String schemaReason(SchemaStatus status, boolean filled) {
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

    /** The block, lines ended. */
    String text() {
        return String.join(
                System.lineSeparator(),
                "Metaservice is ready.",
                "  schema     " + schema,
                "  service    " + service,
                "  metadata   " + metadataUrl,
                "  migration  " + migrationUrl,
                "  client     export METAFLOW_DEFAULT_METADATA=service METAFLOW_SERVICE_URL=" + metadataUrl,
                "");
    }
}

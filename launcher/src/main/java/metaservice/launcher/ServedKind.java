package metaservice.launcher;

import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.swap.ServiceSupervisor;
import metaservice.launcher.swap.VersionChoice;
import metaservice.migrations.SchemaStatus;
import metaservice.spi.ServiceStartException;

/**
 * One kind of service that this process runs: its bundled versions, its listener and its supervisor. Kinds share only
 * the process and the database, so one kind is swapped without an effect on the others.
 *
 * @param catalog the bundled services of this kind
 */
record ServedKind(ServiceKind kind, ServiceCatalog catalog, FrontDoor frontDoor, ServiceSupervisor supervisor) {

    /**
     * Chooses the service for a schema and starts it.
     *
     * @return the kind, the version, the reason of the choice, and the URL for clients
     * @throws StartFailedException if no bundled service may run on the schema, or the chosen one cannot be started
     */
    StartupReport.Service startFirst(SchemaStatus schema, String host) throws StartFailedException {
        VersionChoice choice = VersionChoice.decide(schema, catalog);
        if (choice instanceof VersionChoice.Refused refused) {
            throw new StartFailedException(ExitCode.SHUT_OUT, refused.reason());
        }
        if (!(choice instanceof VersionChoice.Chosen chosen)) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    "The database is still empty after all migrations were applied: is its search path right?");
        }
        try {
            supervisor.startFirst(chosen.service());
        } catch (ServiceStartException e) {
            throw new StartFailedException(e.getMessage(), e);
        }
        return new StartupReport.Service(
                kind.name(),
                chosen.service().version() + " (" + chosen.reason() + ")",
                StartupReport.url(host, frontDoor.port(), supervisor.pathPrefix()));
    }
}

package metaservice.spi;

/**
 * Entry point of one service version: the class that the manifest entry {@code Metaservice-Provider} names. It has a
 * public constructor without parameters. The launcher calls it with the service's class loader as the thread's context
 * class loader.
 */
public interface ServiceProvider {

    /**
     * Builds the service and opens its resources. Returns when the service can answer requests; if the start fails, closes
     * everything that it opened before.
     *
     * @param context settings, database and version of the service
     * @return the service, ready to answer requests
     * @throws ServiceStartException if the service cannot run; its message is one sentence for the operator
     */
    RunningService start(ServiceContext context) throws ServiceStartException;
}

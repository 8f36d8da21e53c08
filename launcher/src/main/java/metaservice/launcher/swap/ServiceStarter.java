package metaservice.launcher.swap;

import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.spi.ServiceStartException;

/** Starts a bundled service. */
public interface ServiceStarter {

    /**
     * Starts the service; blocks until it can answer requests.
     *
     * @param pauses pauses between the steps of the start
     * @throws ServiceStartException if it cannot be started; everything that it opened is closed then
     */
    IsolatedService start(BundledService service, PauseWhileBusy pauses) throws ServiceStartException;
}

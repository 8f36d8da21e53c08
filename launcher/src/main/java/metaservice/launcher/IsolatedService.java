package metaservice.launcher;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.MalformedURLException;
import java.util.concurrent.Executor;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceSettings;
import metaservice.spi.ServiceStartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started service version and the class loader that keeps it apart. Every call into the service passes here, with
 * that loader as the thread's context class loader. Thread-safe; closed once.
 */
final class IsolatedService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IsolatedService.class);

    private final BundledService bundled;
    private final ServiceClassLoader loader;
    private final RunningService service;

    private IsolatedService(BundledService bundled, ServiceClassLoader loader, RunningService service) {
        this.bundled = bundled;
        this.loader = loader;
        this.service = service;
    }

    /**
     * Loads and starts a service; blocks until it can answer requests. After a failure nothing of it is left.
     *
     * @throws ServiceStartException if the jar does not hold what its manifest promises, or the service cannot run
     */
    static IsolatedService start(BundledService bundled, DatabaseAccess database, ServiceSettings settings)
            throws ServiceStartException {
        ServiceClassLoader loader = loaderOf(bundled);
        ServiceContext told = new ServiceContext(bundled.version().toString(), database, settings);
        try {
            RunningService service =
                    ContextLoader.call(loader, () -> providerOf(bundled, loader).start(told));
            return new IsolatedService(bundled, loader, service);
        } catch (ServiceStartException e) {
            throw undone(loader, e);
        } catch (RuntimeException | LinkageError e) {
            throw undone(
                    loader, new ServiceStartException("Service " + bundled.version() + " cannot be started: " + e, e));
        }
    }

    BundledService bundled() {
        return bundled;
    }

    /** What has to become unreachable after {@link #close}. */
    ClassLoader loader() {
        return loader;
    }

    /** The service's handler; every thread that runs a part of it has the service's context class loader meanwhile. */
    HttpHandler handler() {
        HttpHandler inside = service.handler();
        return exchange -> {
            exchange.setDispatchExecutor(workerOf(exchange));
            exchange.addExchangeCompleteListener(IsolatedService::forgetWorker);
            ContextLoader.run(loader, () -> inside.handleRequest(exchange));
        };
    }

    Health health() {
        try {
            return ContextLoader.call(loader, service::health);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("Service {} broke its promise when asked for its health", bundled.version(), e);
            return Health.down("asking for it failed: " + e);
        }
    }

    @Override
    public void close() {
        try {
            ContextLoader.run(loader, service::close);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("Service {} could not be closed properly", bundled.version(), e);
        }
        try {
            loader.close();
        } catch (IOException e) {
            LOG.warn("Jar of service {} could not be closed", bundled.version(), e);
        }
    }

    /**
     * The worker that the service's dispatches go to. Undertow forgets it with every dispatch, so a task that
     * dispatches again has to find it again.
     */
    private Executor workerOf(HttpServerExchange exchange) {
        return new Executor() {
            @Override
            public void execute(Runnable task) {
                Runnable inside = new OneShot(() -> runInside(exchange, this, task));
                // A thread that the pool starts for it inherits the context class loader of this one.
                ContextLoader.run(
                        launcherLoader(),
                        () -> exchange.getConnection().getWorker().execute(inside));
            }
        };
    }

    /** Idle connections remember their last exchange, and through its worker they would remember the class loader. */
    private static void forgetWorker(HttpServerExchange answered, ExchangeCompletionListener.NextListener next) {
        answered.setDispatchExecutor(null);
        next.proceed();
    }

    /**
     * A task that forgets what it held once it has run: a pool's thread remembers the first task it ever ran, and would
     * keep the class loader alive.
     */
    private static final class OneShot implements Runnable {

        private Runnable task;

        OneShot(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            Runnable once = task;
            task = null;
            once.run();
        }
    }

    private void runInside(HttpServerExchange exchange, Executor again, Runnable task) {
        exchange.setDispatchExecutor(again);
        try {
            ContextLoader.run(loader, task::run);
        } catch (RuntimeException | LinkageError e) {
            Failures.answer(exchange, e);
        }
    }

    private static ServiceClassLoader loaderOf(BundledService bundled) throws ServiceStartException {
        try {
            return new ServiceClassLoader(
                    bundled.version(), bundled.jar().toUri().toURL(), launcherLoader());
        } catch (MalformedURLException e) {
            throw new ServiceStartException("Service " + bundled.version() + " is not in a file: " + bundled.jar(), e);
        }
    }

    private static ClassLoader launcherLoader() {
        return IsolatedService.class.getClassLoader();
    }

    private static ServiceProvider providerOf(BundledService bundled, ClassLoader loader) throws ServiceStartException {
        try {
            return loader.loadClass(bundled.provider())
                    .asSubclass(ServiceProvider.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new ServiceStartException(
                    "Service " + bundled.version() + " cannot be started: " + bundled.provider() + " in "
                            + bundled.jar() + " is no ServiceProvider with a public constructor without parameters",
                    e);
        }
    }

    private static ServiceStartException undone(ServiceClassLoader loader, ServiceStartException failure) {
        try {
            loader.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}

package metaservice.launcher.service;

import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.MalformedURLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.ErrorAnswers;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.RunningService;
import metaservice.spi.SampleRequest;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceSettings;
import metaservice.spi.ServiceStartException;
import metaservice.spi.TokenIssuer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started service version and the class loader that keeps it apart. Every call into the service passes here, with
 * that loader as the thread's context class loader; a listener that a service registers with XNIO is called without
 * this class and sets the loader itself. Thread-safe; closed once.
 */
public final class IsolatedService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IsolatedService.class);

    private static final int WORKERS = 32;
    private static final Duration WORKER_IDLE = Duration.ofSeconds(60);
    private static final Duration WORKERS_END = Duration.ofSeconds(5);

    private static final CannedAnswer CLOSED =
            CannedAnswer.unavailable("message", "Metaservice has moved on to another service: try again.");

    private final BundledService bundled;
    private final ServiceClassLoader loader;
    private final RunningService service;
    private final ThreadPoolExecutor workers;

    private IsolatedService(BundledService bundled, ServiceClassLoader loader, RunningService service) {
        this.bundled = bundled;
        this.loader = loader;
        this.service = service;
        this.workers = workers(bundled, loader);
    }

    /**
     * Loads and starts a service; blocks until it can answer requests. After a failure nothing of it is left.
     *
     * @param courtesy while classes are loaded, until {@link #hurry}
     * @throws ServiceStartException if the jar does not hold what its manifest promises, or the service cannot run
     */
    public static IsolatedService start(
            BundledService bundled,
            DatabaseAccess database,
            ServiceSettings settings,
            TokenIssuer tokens,
            PauseWhileBusy courtesy)
            throws ServiceStartException {
        ServiceClassLoader loader = loaderOf(bundled, courtesy);
        ServiceContext told = new ServiceContext(bundled.version().toString(), database, settings, tokens);
        try {
            RunningService service = ServiceThread.call(
                    threadOf(bundled, "start"),
                    loader,
                    () -> providerOf(bundled, loader).start(told));
            return new IsolatedService(bundled, loader, service);
        } catch (ServiceStartException e) {
            throw undone(loader, e);
        } catch (VirtualMachineError e) {
            throw undone(loader, e);
        } catch (RuntimeException | Error e) {
            throw undone(
                    loader, new ServiceStartException("Service " + bundled.version() + " cannot be started: " + e, e));
        }
    }

    public BundledService bundled() {
        return bundled;
    }

    /** What has to become unreachable after {@link #close}. */
    public ClassLoader loader() {
        return loader;
    }

    /** The service's handler; every thread that runs a part of it has the service's context class loader meanwhile. */
    public HttpHandler handler() {
        HttpHandler inside = service.handler();
        return exchange -> {
            exchange.setDispatchExecutor(workersFor(exchange));
            exchange.addExchangeCompleteListener(IsolatedService::forgetWorkers);
            ContextLoader.run(loader, () -> inside.handleRequest(exchange));
        };
    }

    /** For tests: the service itself, to be called without its context class loader. */
    public RunningService running() {
        return service;
    }

    /** What all its paths begin with; may be empty. */
    public String pathPrefix() {
        return ContextLoader.call(loader, service::pathPrefix);
    }

    /** From now on clients wait for it. */
    public void hurry() {
        loader.hurry();
    }

    /** What may be sent to it before clients are let in. */
    List<SampleRequest> samples() {
        return ContextLoader.call(loader, service::samples);
    }

    public Health health() {
        try {
            return ServiceThread.call(threadOf(bundled, "health"), loader, service::health);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.error("Service {} broke its promise when asked for its health", bundled.version(), e);
            return Health.down("asking for it failed: " + e);
        }
    }

    @Override
    public void close() {
        endWorkers();
        try {
            ServiceThread.<Void, RuntimeException>call(threadOf(bundled, "close"), loader, () -> {
                service.close();
                return null;
            });
        } catch (VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.error("Service {} could not be closed properly", bundled.version(), e);
        }
        try {
            loader.close();
        } catch (IOException e) {
            LOG.warn("Jar of service {} could not be closed", bundled.version(), e);
        }
    }

    /**
     * Threads that have answered may still be busy with handing the connection back for its next request; an interrupt
     * would close it under their hands. So only those that do not come to an end are interrupted.
     */
    private void endWorkers() {
        workers.shutdown();
        try {
            if (!workers.awaitTermination(WORKERS_END.toSeconds(), TimeUnit.SECONDS)) {
                workers.shutdownNow();
                LOG.warn("Threads of service {} are still busy after {} s", bundled.version(), WORKERS_END.toSeconds());
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The executor that the service's dispatches go to. Undertow forgets it with every dispatch, so a task that
     * dispatches again has to find it again.
     */
    private Executor workersFor(HttpServerExchange exchange) {
        return new Executor() {
            @Override
            public void execute(Runnable task) {
                try {
                    workers.execute(() -> runInside(exchange, this, task));
                } catch (RejectedExecutionException e) {
                    // Its body came after the drain had given up on it: clients try again after this answer only.
                    Connectors.executeRootHandler(CLOSED, exchange);
                }
            }
        };
    }

    /**
     * Threads of the service's own, which end with it: what its libraries keep in thread-locals ends with them. They are
     * made while tasks are handed over, by threads that may be anybody's, so they get their context class loader here.
     */
    private static ThreadPoolExecutor workers(BundledService bundled, ClassLoader loader) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                WORKERS, WORKERS, WORKER_IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, threadOf(bundled, "task-" + count.incrementAndGet()));
                    thread.setContextClassLoader(loader);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    /** Idle connections remember their last exchange, and through its executor they would remember the class loader. */
    private static void forgetWorkers(HttpServerExchange answered, ExchangeCompletionListener.NextListener next) {
        answered.setDispatchExecutor(null);
        next.proceed();
    }

    private void runInside(HttpServerExchange exchange, Executor again, Runnable task) {
        exchange.setDispatchExecutor(again);
        try {
            task.run();
        } catch (RuntimeException | LinkageError e) {
            ErrorAnswers.answer(exchange, e);
        }
    }

    private static String threadOf(BundledService bundled, String purpose) {
        return "service-" + bundled.version() + " " + purpose;
    }

    private static ServiceClassLoader loaderOf(BundledService bundled, PauseWhileBusy courtesy)
            throws ServiceStartException {
        try {
            return new ServiceClassLoader(
                    bundled.version(), bundled.jar().toUri().toURL(), IsolatedService.class.getClassLoader(), courtesy);
        } catch (MalformedURLException e) {
            throw new ServiceStartException("Service " + bundled.version() + " is not in a file: " + bundled.jar(), e);
        }
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

    private static <T extends Throwable> T undone(ServiceClassLoader loader, T failure) {
        try {
            loader.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}

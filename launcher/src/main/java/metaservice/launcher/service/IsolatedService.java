package metaservice.launcher.service;

import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.MalformedURLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
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
 * A started service and its class loader. Makes every call into the service, with that loader as the context class
 * loader of the thread. All calls except requests have a deadline. A listener that a service registers with XNIO is called
 * without this class and sets the loader itself. Thread-safe; to be closed once.
 */
public final class IsolatedService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IsolatedService.class);

    /** Least number of regular workers, so that reading a long body does not keep all requests waiting. */
    private static final int MIN_WORKERS = 4;

    /**
     * Workers for the time when all connections are in use. They wait for a connection for at most 5 s. So a request waits
     * at most 5 s for a worker, even if all connections run long statements.
     */
    private static final int SPARE_WORKERS = 22;

    private static final CannedAnswer CLOSED = CannedAnswer.unavailable(
            "message", "The service was replaced while this request was being sent: try again.");

    /**
     * Services whose start has not ended. A start that hangs cannot be ended, and it may hold a connection pool. So a
     * service is not started again before its earlier start has ended.
     */
    private static final Set<BundledService> STARTING = ConcurrentHashMap.newKeySet();

    private final BundledService bundled;
    private final ServiceClassLoader loader;
    private final ServiceDeadlines deadlines;
    private final RunningService service;
    private final Facts facts;
    private final ServiceThread calls;
    private final Workers workers;

    private IsolatedService(
            BundledService bundled,
            ServiceClassLoader loader,
            ServiceDeadlines deadlines,
            Started started,
            int workers) {
        this.bundled = bundled;
        this.loader = loader;
        this.deadlines = deadlines;
        this.service = started.service();
        this.facts = started.facts();
        this.calls = started.calls();
        this.workers = new Workers(threadOf(bundled), loader, workers, SPARE_WORKERS);
    }

    /** Properties of a service that do not change while it runs. */
    private record Facts(HttpHandler handler, String pathPrefix, List<SampleRequest> samples) {}

    /** A started service, and the thread for calls into it. */
    private record Started(RunningService service, Facts facts, ServiceThread calls) {

        /** Closes a service whose start ended after its deadline. */
        void close() {
            Guarded.run("close a service that started too late", service::close);
            calls.close();
        }
    }

    /**
     * Loads and starts a service with the {@linkplain ServiceDeadlines#DEFAULTS default deadlines}; blocks until it can
     * answer requests. After a failure everything that it opened is closed.
     *
     * @param pauses pauses between the steps of the start
     * @throws ServiceStartException if the jar does not match its manifest, or the service cannot run
     */
    public static IsolatedService start(
            BundledService bundled,
            DatabaseAccess database,
            ServiceSettings settings,
            TokenIssuer tokens,
            PauseWhileBusy pauses)
            throws ServiceStartException {
        return start(bundled, database, settings, tokens, pauses, ServiceDeadlines.DEFAULTS);
    }

    /**
     * The same with other deadlines. A start that misses its deadline keeps its thread and its class loader until it
     * ends, and is closed then. Until then the same jar cannot be started again.
     */
    public static IsolatedService start(
            BundledService bundled,
            DatabaseAccess database,
            ServiceSettings settings,
            TokenIssuer tokens,
            PauseWhileBusy pauses,
            ServiceDeadlines deadlines)
            throws ServiceStartException {
        ServiceClassLoader loader = loaderOf(bundled);
        ServiceContext context = new ContextValues(
                bundled.version().toString(), database, settings, tokens, SharedMemory.OF_PROCESS, pauses);
        try (ServiceThread thread = new ServiceThread(threadOf(bundled, "start"), loader)) {
            Started started = thread.call(deadlines.start(), () -> startExclusively(bundled, loader, context), late -> {
                late.ifPresent(Started::close);
                close(bundled, loader);
            });
            return new IsolatedService(bundled, loader, deadlines, started, workerCount(database));
        } catch (ServiceStartException e) {
            throw closed(loader, e);
        } catch (TimeoutException e) {
            throw new ServiceStartException(
                    "Service " + bundled.title() + " cannot be started: its start " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            throw closed(
                    loader, new ServiceStartException("Service " + bundled.title() + " cannot be started: " + e, e));
        }
    }

    private static Started startExclusively(BundledService bundled, ClassLoader loader, ServiceContext context)
            throws ServiceStartException {
        if (!STARTING.add(bundled)) {
            throw new ServiceStartException(
                    "Service " + bundled.title()
                            + " cannot be started: an earlier start of it missed its deadline and has not ended yet",
                    null);
        }
        try {
            return start(bundled, loader, context);
        } finally {
            STARTING.remove(bundled);
        }
    }

    private static Started start(BundledService bundled, ClassLoader loader, ServiceContext context)
            throws ServiceStartException {
        RunningService service = providerOf(bundled, loader).start(context);
        try {
            Facts facts = new Facts(service.handler(), service.pathPrefix(), List.copyOf(service.samples()));
            return new Started(service, facts, new ServiceThread(threadOf(bundled, "health"), loader));
        } catch (RuntimeException | Error e) {
            Guarded.run("close service " + bundled.title(), service::close);
            throw e;
        }
    }

    public BundledService bundled() {
        return bundled;
    }

    /** The class loader, which has to become unreachable after {@link #close}. */
    public ClassLoader loader() {
        return loader;
    }

    /** The handler of the service. Every thread that runs a part of it has the service's context class loader. */
    public HttpHandler handler() {
        HttpHandler handler = facts.handler();
        return exchange -> {
            exchange.setDispatchExecutor(workersFor(exchange));
            exchange.addExchangeCompleteListener(IsolatedService::clearExecutor);
            ContextLoader.run(loader, () -> handler.handleRequest(exchange));
        };
    }

    /** For tests: the service itself, to be called without its context class loader. */
    public RunningService running() {
        return service;
    }

    /** The prefix of all its paths; may be empty. */
    public String pathPrefix() {
        return facts.pathPrefix();
    }

    /** Requests for the warm-up. */
    List<SampleRequest> samples() {
        return facts.samples();
    }

    /** Checks the health of the service; down also if the check throws or misses its deadline. Never throws. */
    public Health health() {
        try {
            return calls.call(deadlines.health(), service::health, late -> {});
        } catch (TimeoutException e) {
            return Health.down("the health check " + e.getMessage());
        } catch (RuntimeException | Error e) {
            Guarded.log("Service " + bundled.title() + ": the health check threw an exception", e);
            return Health.down("the health check failed: " + e);
        }
    }

    /** Ends the workers, closes the service and its class loader. Failures are logged. Never throws. */
    @Override
    public void close() {
        Guarded.run("end the workers of service " + bundled.title(), workers::close);
        Guarded.run("close service " + bundled.title(), this::closeService);
        calls.close();
    }

    /** Closes the service on the thread for calls, or on a new thread if that one is stuck. */
    private void closeService() {
        if (!calls.isStuck()) {
            closeOn(calls);
            return;
        }
        try (ServiceThread closing = new ServiceThread(threadOf(bundled, "close"), loader)) {
            closeOn(closing);
        }
    }

    private void closeOn(ServiceThread thread) {
        try {
            thread.<Void, RuntimeException>call(
                    deadlines.close(),
                    () -> {
                        service.close();
                        return null;
                    },
                    late -> close(bundled, loader));
        } catch (TimeoutException e) {
            LOG.error(
                    "Closing service {} {}; its thread and its resources are released when the call ends",
                    bundled.title(),
                    e.getMessage());
            return; // the jar is closed when the call ends
        } catch (RuntimeException | Error e) {
            Guarded.log("Service " + bundled.title() + " could not be closed properly", e);
        }
        close(bundled, loader);
    }

    private static void close(BundledService bundled, ServiceClassLoader loader) {
        Guarded.run("close the jar of service " + bundled.title(), loader::close);
    }

    /**
     * The executor for the tasks that the service dispatches. Undertow resets it with every dispatch, so it is set
     * again before a task runs.
     */
    private Executor workersFor(HttpServerExchange exchange) {
        return new Executor() {
            @Override
            public void execute(Runnable task) {
                try {
                    workers.execute(() -> runTask(exchange, this, task));
                } catch (RejectedExecutionException e) {
                    // The body arrived after the service was closed. Clients retry after a 503.
                    Connectors.executeRootHandler(CLOSED, exchange);
                }
            }
        };
    }

    /** One worker for each database connection. */
    private static int workerCount(DatabaseAccess database) {
        int pools = database.readerUrl().isPresent() ? 2 : 1;
        return Math.max(MIN_WORKERS, pools * database.poolMax());
    }

    /**
     * An idle connection keeps its last exchange reachable, which would keep the class loader reachable through the
     * executor.
     */
    private static void clearExecutor(HttpServerExchange answered, ExchangeCompletionListener.NextListener next) {
        answered.setDispatchExecutor(null);
        next.proceed();
    }

    private void runTask(HttpServerExchange exchange, Executor executor, Runnable task) {
        exchange.setDispatchExecutor(executor);
        try {
            task.run();
        } catch (Throwable e) {
            // Errors, too: the client and every drain would wait for an exchange without an answer.
            ErrorAnswers.answer(exchange, e);
        }
    }

    private static String threadOf(BundledService bundled, String purpose) {
        return threadOf(bundled) + " " + purpose;
    }

    private static String threadOf(BundledService bundled) {
        return "service-" + bundled.title().replace(' ', '-');
    }

    private static ServiceClassLoader loaderOf(BundledService bundled) throws ServiceStartException {
        try {
            return new ServiceClassLoader(
                    bundled.version(), bundled.jar().toUri().toURL(), IsolatedService.class.getClassLoader());
        } catch (MalformedURLException e) {
            throw new ServiceStartException("Service " + bundled.title() + " is not in a file: " + bundled.jar(), e);
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
                    "Service " + bundled.title() + " cannot be started: " + bundled.provider() + " in " + bundled.jar()
                            + " is no ServiceProvider with a public constructor without parameters",
                    e);
        }
    }

    private static <T extends Throwable> T closed(ServiceClassLoader loader, T failure) {
        try {
            loader.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}

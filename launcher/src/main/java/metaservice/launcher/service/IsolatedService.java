package metaservice.launcher.service;

import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.MalformedURLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * that loader as the thread's context class loader and, except for requests, with a deadline. A listener that a service
 * registers with XNIO is called without this class and sets the loader itself. Thread-safe; closed once.
 */
public final class IsolatedService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IsolatedService.class);

    private static final int LEAST_WORKERS = 32;
    /**
     * Workers beyond one for each connection to the database. They wait for a connection when all are in use, for 5 s at
     * most; so a request never waits longer than that for a worker, however long the statements of others take.
     */
    private static final int WORKERS_WITHOUT_CONNECTION = 22;

    private static final Duration WORKER_IDLE = Duration.ofSeconds(60);
    private static final Duration WORKERS_END = Duration.ofSeconds(5);

    private static final CannedAnswer CLOSED =
            CannedAnswer.unavailable("message", "Metaservice has moved on to another service: try again.");

    /**
     * Services whose start has begun and not ended. A start that hangs is given up but cannot be ended, and it may hold a
     * pool; so there is at most one at a time of each, however often it is tried again.
     */
    private static final Set<BundledService> STARTING = ConcurrentHashMap.newKeySet();

    private final BundledService bundled;
    private final ServiceClassLoader loader;
    private final ServiceDeadlines deadlines;
    private final RunningService service;
    private final Facts facts;
    private final ServiceThread calls;
    private final ThreadPoolExecutor workers;

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
        this.workers = workers(bundled, loader, workers);
    }

    /** What a service says of itself and stays the same as long as it lives. */
    private record Facts(HttpHandler handler, String pathPrefix, List<SampleRequest> samples) {}

    /** A started service, and the thread for calls into it. */
    private record Started(RunningService service, Facts facts, ServiceThread calls) {

        /** For a start whose end nothing waits for any more. */
        void close() {
            Guarded.run("close a service that started too late", service::close);
            calls.close();
        }
    }

    /**
     * Loads and starts a service with the {@linkplain ServiceDeadlines#DEFAULTS usual deadlines}; blocks until it can
     * answer requests. After a failure nothing of it is left.
     *
     * @throws ServiceStartException if the jar does not hold what its manifest promises, or the service cannot run
     */
    public static IsolatedService start(
            BundledService bundled, DatabaseAccess database, ServiceSettings settings, TokenIssuer tokens)
            throws ServiceStartException {
        return start(bundled, database, settings, tokens, ServiceDeadlines.DEFAULTS);
    }

    /**
     * The same with other deadlines. A start that misses its deadline keeps its thread and its class loader until it
     * ends, and closes what it has opened then; until then no other start of the same jar is possible.
     */
    public static IsolatedService start(
            BundledService bundled,
            DatabaseAccess database,
            ServiceSettings settings,
            TokenIssuer tokens,
            ServiceDeadlines deadlines)
            throws ServiceStartException {
        ServiceClassLoader loader = loaderOf(bundled);
        ServiceContext told = new ContextValues(bundled.version().toString(), database, settings, tokens);
        try (ServiceThread thread = new ServiceThread(threadOf(bundled, "start"), loader)) {
            Started started = thread.call(deadlines.start(), () -> onlyStart(bundled, loader, told), late -> {
                late.ifPresent(Started::close);
                close(bundled, loader);
            });
            return new IsolatedService(bundled, loader, deadlines, started, workerCount(database));
        } catch (ServiceStartException e) {
            throw undone(loader, e);
        } catch (TimeoutException e) {
            throw new ServiceStartException(
                    "Service " + bundled.version() + " cannot be started: its start " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            throw undone(
                    loader, new ServiceStartException("Service " + bundled.version() + " cannot be started: " + e, e));
        }
    }

    private static Started onlyStart(BundledService bundled, ClassLoader loader, ServiceContext told)
            throws ServiceStartException {
        if (!STARTING.add(bundled)) {
            throw new ServiceStartException(
                    "Service " + bundled.version()
                            + " cannot be started: an earlier start of it missed its deadline and has not ended yet",
                    null);
        }
        try {
            return start(bundled, loader, told);
        } finally {
            STARTING.remove(bundled);
        }
    }

    private static Started start(BundledService bundled, ClassLoader loader, ServiceContext told)
            throws ServiceStartException {
        RunningService service = providerOf(bundled, loader).start(told);
        try {
            Facts facts = new Facts(service.handler(), service.pathPrefix(), List.copyOf(service.samples()));
            return new Started(service, facts, new ServiceThread(threadOf(bundled, "health"), loader));
        } catch (RuntimeException | Error e) {
            Guarded.run("close service " + bundled.version(), service::close);
            throw e;
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
        HttpHandler inside = facts.handler();
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
        return facts.pathPrefix();
    }

    /** What may be sent to it before clients are let in. */
    List<SampleRequest> samples() {
        return facts.samples();
    }

    /** Asks the service; one that fails at the answer, or does not give one by the deadline, is down. Never throws. */
    public Health health() {
        try {
            return calls.call(deadlines.health(), service::health, late -> {});
        } catch (TimeoutException e) {
            return Health.down("the health check " + e.getMessage());
        } catch (RuntimeException | Error e) {
            Guarded.log("Service " + bundled.version() + " broke its promise when asked for its health", e);
            return Health.down("asking for it failed: " + e);
        }
    }

    /** Ends the threads of the service, closes it and lets its classes go; what fails is logged. Never throws. */
    @Override
    public void close() {
        Guarded.run("end the workers of service " + bundled.version(), this::endWorkers);
        Guarded.run("close service " + bundled.version(), this::closeService);
        calls.close();
    }

    /** On the thread for calls, unless that one is stuck. */
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
                    "Closing service {} {}; its thread and what it still holds are given up",
                    bundled.version(),
                    e.getMessage());
            return; // the jar is closed when the call ends after all
        } catch (RuntimeException | Error e) {
            Guarded.log("Service " + bundled.version() + " could not be closed properly", e);
        }
        close(bundled, loader);
    }

    private static void close(BundledService bundled, ServiceClassLoader loader) {
        Guarded.run("close the jar of service " + bundled.version(), loader::close);
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
    private static ThreadPoolExecutor workers(BundledService bundled, ClassLoader loader, int most) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                most, most, WORKER_IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, threadOf(bundled, "task-" + count.incrementAndGet()));
                    thread.setContextClassLoader(loader);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    /** Pools may be larger than usual, and a connection without a worker would be of no use. */
    private static int workerCount(DatabaseAccess database) {
        int pools = database.readerUrl().isPresent() ? 2 : 1;
        return Math.max(LEAST_WORKERS, pools * database.poolMax() + WORKERS_WITHOUT_CONNECTION);
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
        } catch (Throwable e) {
            // Whatever it is: an exchange without an answer would be waited for by its client and by every drain.
            ErrorAnswers.answer(exchange, e);
        }
    }

    private static String threadOf(BundledService bundled, String purpose) {
        return "service-" + bundled.title().replace(' ', '-') + " " + purpose;
    }

    private static ServiceClassLoader loaderOf(BundledService bundled) throws ServiceStartException {
        try {
            return new ServiceClassLoader(
                    bundled.version(), bundled.jar().toUri().toURL(), IsolatedService.class.getClassLoader());
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

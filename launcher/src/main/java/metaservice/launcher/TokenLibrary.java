package metaservice.launcher;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import metaservice.launcher.service.ContextLoader;
import metaservice.settings.Setting;
import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenException.Reason;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenIssuerProvider;
import metaservice.spi.TokenRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The library that issues temporary credentials, loaded in its own class loader and only if a role is configured. All
 * calls into the library run on threads of this class: a thread that the library starts inherits the context of its
 * caller, and would keep the class loader of a closed service reachable. Thread-safe.
 */
final class TokenLibrary implements TokenIssuer {

    private static final Logger LOG = LoggerFactory.getLogger(TokenLibrary.class);

    private static final int THREADS = 2;

    /** Requests that may wait for a thread; as many can be answered within the timeout. */
    private static final int QUEUE_CAPACITY = 32;

    /** Longer than the library's own timeouts. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final URLClassLoader loader;
    private final TokenIssuer issuer;
    private final Duration timeout;
    private final ThreadPoolExecutor threads;

    private TokenLibrary(URLClassLoader loader, TokenIssuer issuer, Duration timeout) {
        this.loader = loader;
        this.issuer = issuer;
        this.timeout = timeout;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE_CAPACITY), task -> {
                    Thread thread = new Thread(task, "token");
                    thread.setContextClassLoader(loader);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.prestartAllCoreThreads();
    }

    /**
     * The issuer for a role; without a role, an issuer that refuses every request with that reason.
     *
     * @param folder the library's jars
     * @throws StartFailedException if there is a role but no library
     */
    static TokenIssuer issuer(Optional<TokenRole> role, Path folder) throws StartFailedException {
        return issuer(role, folder, TIMEOUT);
    }

    /** The same with another timeout, for tests. */
    static TokenIssuer issuer(Optional<TokenRole> role, Path folder, Duration timeout) throws StartFailedException {
        if (role.isEmpty()) {
            return () -> {
                throw new TokenException(
                        Reason.NOT_CONFIGURED,
                        "no role is configured: the operator of this service names one in " + Setting.IAM_ROLE.name());
            };
        }
        LOG.info(
                "Clients get credentials of {} in {}",
                role.get().arn(),
                role.get().region());
        try {
            URLClassLoader loader = new URLClassLoader("token", jars(folder), TokenLibrary.class.getClassLoader());
            return ContextLoader.call(
                    loader, () -> new TokenLibrary(loader, load(loader).issuer(role.get()), timeout));
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new StartFailedException(
                    Setting.IAM_ROLE.name() + " is set, but the library in " + folder + " cannot be used: " + e, e);
        }
    }

    private static TokenIssuerProvider load(ClassLoader loader) throws IOException {
        return ServiceLoader.load(TokenIssuerProvider.class, loader)
                .findFirst()
                .orElseThrow(() -> new IOException("it has no token issuer"));
    }

    private static URL[] jars(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        List<URL> jars = new ArrayList<>();
        try (var files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : files) {
                jars.add(url(jar));
            }
        }
        return jars.toArray(URL[]::new);
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }

    @Override
    public Token issue() throws TokenException {
        FutureTask<Token> issued = new FutureTask<>(issuer::issue);
        try {
            threads.execute(issued);
            return issued.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TokenException refusal) {
                throw refusal;
            }
            LOG.error("The token library failed", e.getCause());
            throw new TokenException(Reason.REFUSED, "no credentials; the service's log says why", e.getCause());
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new TokenException(Reason.UNAVAILABLE, "the token service takes too long, please retry", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenException(Reason.UNAVAILABLE, "the service is stopping", e);
        } finally {
            // After a timeout this request must not occupy a thread or a place in the queue.
            issued.cancel(true);
            threads.remove(issued);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        ContextLoader.run(loader, issuer::close);
        try {
            loader.close();
        } catch (IOException e) {
            LOG.warn("The token library could not be closed", e);
        }
    }
}

package metaservice.launcher;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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
 * The library that issues temporary credentials, in a class loader of its own and only if a role is configured. Services
 * ask for credentials, but all its work is done by threads made here: a thread that the library starts remembers who was
 * calling, and would keep the class loader of a service alive that is long gone. Thread-safe.
 */
final class TokenLibrary implements TokenIssuer {

    private static final Logger LOG = LoggerFactory.getLogger(TokenLibrary.class);

    private static final int THREADS = 2;

    /** As many as may wait for a thread: as many as can be answered before they lose patience. */
    private static final int WAITING = 32;

    /** Beyond the library's own patience. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final URLClassLoader loader;
    private final TokenIssuer issuer;
    private final Duration patience;
    private final ThreadPoolExecutor threads;

    private TokenLibrary(URLClassLoader loader, TokenIssuer issuer, Duration patience) {
        this.loader = loader;
        this.issuer = issuer;
        this.patience = patience;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "token");
                    thread.setContextClassLoader(loader);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.prestartAllCoreThreads();
    }

    /**
     * The issuer for a role; without one, an issuer that says so to everybody who asks.
     *
     * @param folder the library's jars
     * @throws StartFailedException if there is a role but no library
     */
    static TokenIssuer issuer(Optional<TokenRole> role, Path folder) throws StartFailedException {
        return issuer(role, folder, PATIENCE);
    }

    /** The same, with as much patience as a test has. */
    static TokenIssuer issuer(Optional<TokenRole> role, Path folder, Duration patience) throws StartFailedException {
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
            URLClassLoader loader = LibraryLoader.open("token", folder);
            return ContextLoader.call(
                    loader,
                    () -> new TokenLibrary(
                            loader,
                            LibraryLoader.find(TokenIssuerProvider.class, loader)
                                    .issuer(role.get()),
                            patience));
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new StartFailedException(
                    Setting.IAM_ROLE.name() + " is set, but the library in " + folder + " cannot be used: " + e, e);
        }
    }

    @Override
    public Token issue() throws TokenException {
        FutureTask<Token> issued = new FutureTask<>(issuer::issue);
        try {
            threads.execute(issued);
            return issued.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TokenException told) {
                throw told;
            }
            LOG.error("No token", e.getCause());
            throw new TokenException(Reason.REFUSED, "no credentials; the service's log says why", e.getCause());
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new TokenException(Reason.UNAVAILABLE, "the token service takes too long, please retry", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenException(Reason.UNAVAILABLE, "the service is stopping", e);
        } finally {
            // Nobody waits for it any more: it shall not keep others from a thread, nor from a place in the queue.
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
            LOG.warn("The library that issues tokens could not be closed", e);
        }
    }
}

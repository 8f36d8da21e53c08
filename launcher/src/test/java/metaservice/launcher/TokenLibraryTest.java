package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenException.Reason;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenLibraryTest {

    private static final Optional<TokenRole> ROLE =
            Optional.of(new TokenRole("arn:aws:iam::123456789012:role/sandbox", "us-west-2", Optional.empty()));

    private static final String INTERRUPTED = "token-library-test.interrupted";

    @TempDir
    private Path folder;

    @Test
    void libraryIsNotLoadedWithoutARole() throws Exception {
        try (TokenIssuer issuer = TokenLibrary.issuer(Optional.empty(), folder.resolve("missing"))) {
            TokenException refusal = assertThrows(TokenException.class, issuer::issue);
            assertEquals(Reason.NOT_CONFIGURED, refusal.reason());
            assertTrue(refusal.getMessage().contains("MF_USER_IAM_ROLE"), refusal::getMessage);
        }
    }

    @Test
    void roleWithoutLibraryIsAStartFailure() {
        for (Path library : new Path[] {folder.resolve("missing"), folder}) {
            StartFailedException failure =
                    assertThrows(StartFailedException.class, () -> TokenLibrary.issuer(ROLE, library));
            assertTrue(failure.getMessage().startsWith("MF_USER_IAM_ROLE is set"), failure::getMessage);
        }
    }

    @Test
    void libraryRunsOnThreadsOfItsOwn() throws Exception {
        new ServiceJar()
                .source("demo.Issuers", """
                        package demo;
                        import metaservice.spi.*;
                        public final class Issuers implements TokenIssuerProvider {
                            public TokenIssuer issuer(TokenRole role) {
                                return () -> {
                                    Thread thread = Thread.currentThread();
                                    return new Token(role.arn(), thread.getName(), thread.getContextClassLoader().getName());
                                };
                            }
                        }
                        """)
                .resource("META-INF/services/metaservice.spi.TokenIssuerProvider", "demo.Issuers")
                .write(folder, "issuer.jar");
        try (TokenIssuer issuer = TokenLibrary.issuer(ROLE, folder)) {
            assertEquals("token", issuer.issue().secretAccessKey());
            assertEquals("token", issuer.issue().sessionToken());
        }
    }

    @Test
    void requestThatTimesOutIsCancelled() throws Exception {
        hangingIssuer().write(folder, "issuer.jar");
        try (TokenIssuer issuer = TokenLibrary.issuer(ROLE, folder, Duration.ofMillis(50))) {
            assertEquals(
                    Reason.UNAVAILABLE,
                    assertThrows(TokenException.class, issuer::issue).reason());
            Eventually.await("the library's thread was interrupted", () -> System.getProperty(INTERRUPTED) != null);
        }
    }

    @Test
    void requestIsRefusedAtOnceWhenTheQueueIsFull() throws Exception {
        hangingIssuer().write(folder, "issuer.jar");
        ExecutorService callers = Executors.newCachedThreadPool();
        try (TokenIssuer issuer = TokenLibrary.issuer(ROLE, folder, Duration.ofDays(1))) {
            CompletionService<Token> asked = new ExecutorCompletionService<>(callers);
            for (int working = 1; working <= 2; working++) {
                asked.submit(issuer::issue);
            }
            Eventually.await("both threads are busy", () -> busyThreads() == 2);
            for (int waiting = 1; waiting <= 32 + 1; waiting++) {
                asked.submit(issuer::issue);
            }
            Future<Token> first = asked.poll(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            ExecutionException refused = assertThrows(ExecutionException.class, first::get);
            assertEquals(
                    "the token service takes too long, please retry",
                    refused.getCause().getMessage());
            assertNull(asked.poll(), "only one request exceeded the queue");
        } finally {
            callers.shutdownNow();
        }
    }

    private static long busyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("token"))
                .filter(thread -> thread.getState() == Thread.State.TIMED_WAITING)
                .count();
    }

    /** A library that never answers, and sets a property when it is interrupted. */
    private static ServiceJar hangingIssuer() {
        System.clearProperty(INTERRUPTED);
        return new ServiceJar()
                .source("demo.Issuers", """
                        package demo;
                        import metaservice.spi.*;
                        public final class Issuers implements TokenIssuerProvider {
                            public TokenIssuer issuer(TokenRole role) {
                                return () -> {
                                    try {
                                        Thread.sleep(Long.MAX_VALUE);
                                    } catch (InterruptedException e) {
                                        System.setProperty("%s", "yes");
                                    }
                                    return null;
                                };
                            }
                        }
                        """.formatted(INTERRUPTED))
                .resource("META-INF/services/metaservice.spi.TokenIssuerProvider", "demo.Issuers");
    }
}

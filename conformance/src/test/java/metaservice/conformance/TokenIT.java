package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Temporary credentials, beyond what was recorded of them ({@link OwnLauncherIT}). */
@Tag("extended")
class TokenIT {

    private static final String ROLE = "arn:aws:iam::123456789012:role/sandbox";

    /** More requests than a service has workers. */
    private static final int BURST = 40;

    /** So many of them may wait for the token service. */
    private static final int MOST_WAITING = 8;

    @Test
    void theRoleIsAskedForOnceAndNoSecretIsLogged() throws Exception {
        try (TokenService tokens = TokenService.issuing();
                TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(environment(database, tokens))) {
            assertEquals(200, token(launcher).status());
            assertEquals(1, tokens.calls().size(), () -> "calls " + tokens.calls());
            String asked = tokens.asked().get(0);
            assertTrue(asked.contains("RoleSessionName=acct_role"), asked);
            launcher.stop();
            TokenService.SECRETS.forEach(secret -> assertFalse(launcher.log().contains(secret), secret));
        }
    }

    @Test
    void refusalHasNoInternalDetails() throws Exception {
        try (TokenService tokens = TokenService.refusing();
                TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(environment(database, tokens))) {
            Answer answer = token(launcher);
            assertEquals(500, answer.status(), answer::text);
            assertEquals(
                    "the token service refuses to issue credentials of the configured role; the service's log says why",
                    answer.body().path("message").textValue());
            assertTrue(launcher.log().contains("is not authorized"), launcher::log);
        }
    }

    @Test
    void tokenServiceThatHangsTakesNoWorkerFromOtherRequests() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(BURST);
        try (TokenService tokens = TokenService.hanging();
                TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(environment(database, tokens))) {
            List<Future<Answer>> burst = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                burst.add(clients.submit(() -> token(launcher)));
            }
            Eventually.await("the token service is asked", () -> !tokens.asked().isEmpty());
            for (int i = 0; i < 3; i++) {
                Answer flows = launcher.ask("GET", "/flows", NullNode.getInstance());
                assertEquals(200, flows.status(), flows::text);
            }
            Eventually.await("all but a few are told to come back", () -> refused(burst) >= BURST - MOST_WAITING);
        } finally {
            clients.shutdownNow();
        }
    }

    private static long refused(List<Future<Answer>> burst) throws Exception {
        long refused = 0;
        for (Future<Answer> one : burst) {
            if (one.isDone()) {
                assertEquals(503, one.get().status(), one.get()::text);
                assertEquals(Optional.of("1"), one.get().header("Retry-After"));
                refused++;
            }
        }
        return refused;
    }

    private static Answer token(LauncherProcess launcher) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            return http.send(new Request("GET", "/auth/token", Optional.empty(), NullNode.getInstance(), Map.of()));
        }
    }

    private static Map<String, String> environment(TestDatabase database, TokenService tokens) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_USER_IAM_ROLE", ROLE);
        environment.put(TokenService.SETTING, tokens.address().toString());
        environment.putAll(TokenService.callersCredentials());
        environment.put("LOGLEVEL", "DEBUG");
        return environment;
    }
}

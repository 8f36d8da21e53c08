package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Temporary credentials from a stand-in of AWS's security token service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenIT {

    private static final String ROLE = "arn:aws:iam::123456789012:role/sandbox";

    private static final String ISSUED = """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>example-secret</SecretAccessKey>
            <SessionToken>example-token</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>
            </AssumeRoleResult></AssumeRoleResponse>""";

    private static final String REFUSED = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
            <Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized</Message></Error>
            </ErrorResponse>""";

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private HttpServer tokenService;
    private volatile boolean refuses;

    @BeforeAll
    void startTheTokenService() throws IOException {
        tokenService = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokenService.createContext("/", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer = (refuses ? REFUSED : ISSUED).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(refuses ? 403 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tokenService.start();
    }

    @AfterAll
    void stopTheTokenService() {
        tokenService.stop(0);
    }

    private Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_USER_IAM_ROLE", ROLE);
        environment.put(
                "MF_STS_ENDPOINT",
                "http://127.0.0.1:" + tokenService.getAddress().getPort());
        environment.put("AWS_ACCESS_KEY_ID", "AKIAOWN");
        environment.put("AWS_SECRET_ACCESS_KEY", "own-secret");
        environment.put("LOGLEVEL", "DEBUG");
        return environment;
    }

    static Stream<Arguments> generations() {
        return Stream.of(
                Arguments.of(20230118020300L, "v2/sts.jsonl", ReviewedDivergences.V1_AND_V2),
                Arguments.of(20260706000003L, "v3/sts.jsonl", ReviewedDivergences.V3));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("generations")
    void everyStepIsAnsweredAsRecordedAndNoSecretIsLogged(long schema, String file, DeclaredDifferences differences)
            throws Exception {
        try (TestDatabase database = TestDatabases.at(schema);
                LauncherProcess launcher = LauncherProcess.start(environment(database))) {
            refuses = false;
            asked.clear();
            Stage stage = new Stage(
                    Map.of("sts", launcher.metadata()),
                    Optional.of(database.dataSource()),
                    Recordings.schemas(),
                    List.of(),
                    Stage.DEFAULT_TIMEOUT);
            PlayResult result = new Player(stage, differences).play(Recordings.read(file));
            assertTrue(result.isAsRecorded(), result::toString);
            assertEquals(1, asked.size());
            assertTrue(asked.get(0).contains("RoleSessionName=acct_role"), asked::toString);
            launcher.stop();
            for (String secret : List.of("example-secret", "example-token", "own-secret")) {
                assertFalse(launcher.log().contains(secret), secret);
            }
        }
    }

    @Test
    void refusalIsToldWithoutWhatIsNoneOfTheClientsBusiness() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(environment(database));
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            refuses = true;
            Answer answer =
                    http.send(new Request("GET", "/auth/token", Optional.empty(), NullNode.getInstance(), Map.of()));
            assertEquals(500, answer.status(), answer::text);
            assertEquals(
                    "the token service refuses to issue credentials of the configured role; the service's log says why",
                    answer.body().path("message").textValue());
            assertTrue(launcher.log().contains("is not authorized"), launcher::log);
        }
    }
}

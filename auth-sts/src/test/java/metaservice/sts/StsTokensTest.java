package metaservice.sts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenIssuerProvider;
import metaservice.spi.TokenRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class StsTokensTest {

    private static final String ROLE = "arn:aws:iam::123456789012:role/sandbox";

    private static final String ISSUED = """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey><SessionToken>t0ken</SessionToken>
            <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>""";

    private static final String REFUSED = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code>
            <Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>""";

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private HttpServer tokenService(int status, String answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static TokenIssuer issuer(int port) {
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        return StsTokens.issuer(
                new TokenRole(ROLE, "us-west-2", Optional.of(endpoint)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAOWN", "own-secret")));
    }

    @Test
    void roleIsAssumedUnderTheRecordedSessionName() throws Exception {
        HttpServer service = tokenService(200, ISSUED);
        try (TokenIssuer issuer = issuer(service.getAddress().getPort())) {
            assertEquals(new Token("ASIA1", "s3cret", "t0ken"), issuer.issue());
        } finally {
            service.stop(0);
        }
        assertEquals(1, requests.size());
        assertTrue(requests.get(0).contains("Action=AssumeRole"), requests::toString);
        assertTrue(requests.get(0).contains("RoleSessionName=acct_role"), requests::toString);
        assertTrue(
                requests.get(0).contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fsandbox"),
                requests::toString);
    }

    @ParameterizedTest
    @CsvSource({"403, AccessDenied, REFUSED", "400, ValidationError, REFUSED", "503, ServiceUnavailable, UNAVAILABLE"})
    void errorsOfTheTokenServiceAreMappedToReasonsAndTheMessageDoesNotContainTheRole(
            int status, String code, TokenException.Reason reason) throws Exception {
        HttpServer service = tokenService(status, REFUSED.formatted(code));
        try (TokenIssuer issuer = issuer(service.getAddress().getPort())) {
            TokenException refusal = assertThrows(TokenException.class, issuer::issue);
            assertEquals(reason, refusal.reason());
            assertFalse(refusal.getMessage().contains(ROLE), refusal::getMessage);
        } finally {
            service.stop(0);
        }
    }

    @Test
    void callToASilentServiceEndsWithinEightSecondsAsUnavailable() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TokenIssuer issuer = issuer(silent.getLocalPort())) {
            long start = System.nanoTime();
            TokenException refusal = assertThrows(TokenException.class, issuer::issue);
            assertEquals(TokenException.Reason.UNAVAILABLE, refusal.reason());
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(waited.compareTo(Duration.ofSeconds(8)) < 0, waited::toString);
        }
    }

    @Test
    void providerIsFoundByTheServiceLoader() {
        assertTrue(ServiceLoader.load(TokenIssuerProvider.class).findFirst().isPresent());
    }
}

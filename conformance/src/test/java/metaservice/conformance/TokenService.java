package metaservice.conformance;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A fake of the AWS security token service that issues the credentials of the recordings to every caller. */
final class TokenService implements AutoCloseable {

    /** The setting with its address. */
    static final String SETTING = "MF_STS_ENDPOINT";

    /** Texts that must not be in any log. */
    static final List<String> SECRETS = List.of("example-secret", "example-token", "own-secret");

    private static final String ISSUED = """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>example-secret</SecretAccessKey>
            <SessionToken>example-token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>
            </AssumeRoleResult></AssumeRoleResponse>""";

    private static final String REFUSED = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
            <Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized</Message></Error>
            </ErrorResponse>""";

    private final RawServer server;

    private TokenService(Function<RawServer.Received, String> answers) throws IOException {
        this.server = new RawServer(answers);
    }

    /** A service that issues credentials. */
    static TokenService issuing() throws IOException {
        return new TokenService(asked -> http("200 OK", ISSUED));
    }

    /** A service that refuses; its message names the caller that is not authorized. */
    static TokenService refusing() throws IOException {
        return new TokenService(asked -> http("403 Forbidden", REFUSED));
    }

    /** One that takes every request and never answers; its threads end with this process. */
    static TokenService hanging() throws IOException {
        return new TokenService(asked -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "";
        });
    }

    URI address() {
        return server.address();
    }

    /** The bodies of the requests so far. */
    List<String> asked() {
        return server.received().stream().map(RawServer.Received::body).toList();
    }

    /** The calls so far, by the id that the AWS SDK gives to each; the SDK repeats a call that takes longer than a second. */
    Set<String> calls() {
        return server.received().stream()
                .map(request -> header(request, "amz-sdk-invocation-id"))
                .collect(Collectors.toSet());
    }

    private static String header(RawServer.Received request, String name) {
        return request.head()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no header " + name + " in " + request.head()));
    }

    /** The credentials that the service under test signs its requests with; they are not checked. */
    static Map<String, String> callersCredentials() {
        return Map.of("AWS_ACCESS_KEY_ID", "AKIAOWN", "AWS_SECRET_ACCESS_KEY", "own-secret");
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static String http(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: text/xml\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }
}

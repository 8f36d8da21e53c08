package metaservice.sts;

import java.time.Duration;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenIssuerProvider;
import metaservice.spi.TokenRole;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;

/** Creates issuers that call the security token service (STS). Thread-safe. */
public final class StsTokens implements TokenIssuerProvider {

    /** Limit for connecting, and for each read of a response; the same as in the reference implementation. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(1);

    /** Limit for a call with all its retries, including the time to find the credentials that the call is signed with. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(4);

    /** For {@link java.util.ServiceLoader}. */
    public StsTokens() {}

    @Override
    public TokenIssuer issuer(TokenRole role) {
        return issuer(role, DefaultCredentialsProvider.builder().build());
    }

    static TokenIssuer issuer(TokenRole role, AwsCredentialsProvider credentials) {
        StsClientBuilder builder = StsClient.builder()
                .region(Region.of(role.region()))
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(SOCKET_TIMEOUT)
                        .socketTimeout(SOCKET_TIMEOUT))
                .overrideConfiguration(override -> override.apiCallAttemptTimeout(SOCKET_TIMEOUT.multipliedBy(2))
                        .apiCallTimeout(CALL_TIMEOUT));
        role.endpoint().ifPresent(builder::endpointOverride);
        return new StsTokenIssuer(role.arn(), builder.build());
    }
}

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

/** Makes issuers that ask the security token service. */
public final class StsTokens implements TokenIssuerProvider {

    /** The reference's patience: with connecting, and with each piece of an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** All attempts together, finding our own credentials included. */
    private static final Duration ALL_ATTEMPTS = Duration.ofSeconds(4);

    /** For {@link java.util.ServiceLoader}. */
    public StsTokens() {}

    @Override
    public TokenIssuer issuer(TokenRole role) {
        return issuer(role, DefaultCredentialsProvider.builder().build());
    }

    static TokenIssuer issuer(TokenRole role, AwsCredentialsProvider own) {
        StsClientBuilder builder = StsClient.builder()
                .region(Region.of(role.region()))
                .credentialsProvider(own)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(PATIENCE)
                        .socketTimeout(PATIENCE))
                .overrideConfiguration(override ->
                        override.apiCallAttemptTimeout(PATIENCE.multipliedBy(2)).apiCallTimeout(ALL_ATTEMPTS));
        role.endpoint().ifPresent(builder::endpointOverride);
        return new StsTokenIssuer(role.arn(), builder.build());
    }
}

package metaservice.sts;

import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenException.Reason;
import metaservice.spi.TokenIssuer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Assumes a role for every token. Thread-safe. */
final class StsTokenIssuer implements TokenIssuer {

    private static final Logger LOG = LoggerFactory.getLogger(StsTokenIssuer.class);

    /** The reference's; operators look for it in their audit trail. */
    private static final String SESSION_NAME = "acct_role";

    private final String roleArn;
    private final StsClient client;

    StsTokenIssuer(String roleArn, StsClient client) {
        this.roleArn = roleArn;
        this.client = client;
    }

    @Override
    public Token issue() throws TokenException {
        try {
            Credentials issued = client.assumeRole(
                            request -> request.roleArn(roleArn).roleSessionName(SESSION_NAME))
                    .credentials();
            return new Token(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
        } catch (AwsServiceException e) {
            throw refusal(e);
        } catch (SdkClientException e) {
            LOG.warn("No credentials of {}: {}", roleArn, e.getMessage());
            throw new TokenException(
                    Reason.UNAVAILABLE, "the token service cannot be asked now; the service's log says why", e);
        } catch (SdkException e) {
            LOG.warn("No credentials of {}", roleArn, e);
            throw new TokenException(Reason.REFUSED, "no credentials; the service's log says why", e);
        }
    }

    private TokenException refusal(AwsServiceException e) {
        LOG.warn("No credentials of {}: {}", roleArn, e.getMessage());
        if (e.statusCode() >= 500 || e.isThrottlingException()) {
            return new TokenException(Reason.UNAVAILABLE, "the token service is out of order, please retry", e);
        }
        return new TokenException(
                Reason.REFUSED,
                "the token service refuses to issue credentials of the configured role; the service's log says why",
                e);
    }

    @Override
    public void close() {
        client.close();
    }
}

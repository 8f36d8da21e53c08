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

/** Calls AssumeRole once for every token. Thread-safe. */
final class StsTokenIssuer implements TokenIssuer {

    private static final Logger LOG = LoggerFactory.getLogger(StsTokenIssuer.class);

    /** The same name as in the reference implementation, because operators search their audit trail for it. */
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
            LOG.warn("Cannot reach the token service to assume the role {}: {}", roleArn, e.getMessage());
            throw new TokenException(
                    Reason.UNAVAILABLE, "the token service cannot be reached now; the service's log has the cause", e);
        } catch (SdkException e) {
            LOG.warn("Assuming the role {} failed", roleArn, e);
            throw new TokenException(Reason.REFUSED, "no credentials; the service's log says why", e);
        }
    }

    private TokenException refusal(AwsServiceException e) {
        LOG.warn("Assuming the role {} failed: {}", roleArn, e.getMessage());
        if (e.statusCode() >= 500 || e.isThrottlingException()) {
            return new TokenException(Reason.UNAVAILABLE, "the token service failed, please retry", e);
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

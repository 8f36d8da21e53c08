package metaservice.kit;

import java.util.concurrent.Semaphore;
import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenIssuer;

/** The endpoint for temporary credentials, which the launcher's {@link TokenIssuer} provides. Thread-safe. */
public final class Tokens {

    /** Most requests that wait for credentials. Each occupies one of the service's workers for up to ten seconds. */
    private static final int MOST_WAITING = 8;

    private static final Answer BUSY = Answer.message(503, "too many requests wait for credentials, please retry")
            .with("Retry-After", "1");

    private final TokenIssuer issuer;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    /** Uses the given issuer. */
    public Tokens(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /**
     * Answers new credentials of the configured role: 501 if no role is configured, 503 if eight requests wait already or
     * the issuer is not available.
     */
    public Answer issue(Request request) {
        if (!waiting.tryAcquire()) {
            return BUSY;
        }
        try {
            return issue();
        } finally {
            waiting.release();
        }
    }

    private Answer issue() {
        try {
            return json(issuer.issue()).with("Cache-Control", "no-store");
        } catch (TokenException e) {
            return refusal(e);
        }
    }

    private static Answer json(Token token) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeStringField("aws_access_key_id", token.accessKeyId());
            json.writeStringField("aws_secret_access_key", token.secretAccessKey());
            json.writeStringField("aws_session_token", token.sessionToken());
            json.writeEndObject();
        });
    }

    private static Answer refusal(TokenException failure) {
        return switch (failure.reason()) {
            case NOT_CONFIGURED -> Answer.message(501, failure.getMessage());
            case REFUSED -> Answer.message(500, failure.getMessage());
            case UNAVAILABLE -> Answer.message(503, failure.getMessage()).with("Retry-After", "1");
        };
    }
}

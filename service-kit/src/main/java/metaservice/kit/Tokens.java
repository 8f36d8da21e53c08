package metaservice.kit;

import java.util.concurrent.Semaphore;
import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenIssuer;

/** Temporary credentials, which the launcher knows how to get. Thread-safe. */
public final class Tokens {

    /** A request that waits for credentials keeps a worker, for up to ten seconds; a service has 32 of them. */
    private static final int MOST_WAITING = 8;

    private static final Answer BUSY = Answer.message(503, "too many requests wait for credentials, please retry")
            .with("Retry-After", "1");

    private final TokenIssuer issuer;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    /** Hands out what the issuer issues. */
    public Tokens(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /**
     * New credentials of the role that the operator chose; 501 if there is none, 503 if eight requests wait for some
     * already.
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

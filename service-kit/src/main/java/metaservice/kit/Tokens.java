package metaservice.kit;

import metaservice.spi.Token;
import metaservice.spi.TokenException;
import metaservice.spi.TokenIssuer;

/** Temporary credentials, which the launcher knows how to get. */
public final class Tokens {

    private final TokenIssuer issuer;

    /** Hands out what the issuer issues. */
    public Tokens(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /** New credentials of the role that the operator chose; 501 if there is none. */
    public Answer issue(Request request) {
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

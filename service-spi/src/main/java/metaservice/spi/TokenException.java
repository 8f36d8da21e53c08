package metaservice.spi;

/** There are no temporary credentials now. The message is one sentence for the client, without anything secret. */
public final class TokenException extends Exception {

    /** Why there are none. */
    public enum Reason {
        /** The operator named no role. */
        NOT_CONFIGURED,
        /** The role is not for us, or we have no credentials to ask for it with. */
        REFUSED,
        /** The token service does not answer; asking again may help. */
        UNAVAILABLE
    }

    private final Reason reason;

    /** Says in one sentence what is wrong. */
    public TokenException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The same; the cause goes to the log. */
    public TokenException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why there are none. */
    public Reason reason() {
        return reason;
    }
}

package metaservice.spi;

/** Temporary credentials could not be issued. The message is one sentence for the client and contains no secrets. */
public final class TokenException extends Exception {

    /** Why no credentials were issued. */
    public enum Reason {
        /** The operator configured no role. */
        NOT_CONFIGURED,
        /** The launcher may not assume the role, or it has no credentials of its own to assume the role with. */
        REFUSED,
        /** The token service does not answer; a retry may succeed. */
        UNAVAILABLE
    }

    private final Reason reason;

    /** @param message the reason in one sentence */
    public TokenException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** @param message the reason in one sentence; the cause goes to the log */
    public TokenException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why no credentials were issued. */
    public Reason reason() {
        return reason;
    }
}

package metaservice.spi;

/** The start of a service version failed. The message is one sentence for the operator. */
public final class ServiceStartException extends Exception {

    /** @param message the reason in one sentence; the cause goes to the log */
    public ServiceStartException(String message, Throwable cause) {
        super(message, cause);
    }
}

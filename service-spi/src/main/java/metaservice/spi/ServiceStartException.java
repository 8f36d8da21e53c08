package metaservice.spi;

/** A service version could not be started. The message is one sentence for the operator. */
public final class ServiceStartException extends Exception {

    /** Says in one sentence what is wrong; the cause goes to the log. */
    public ServiceStartException(String message, Throwable cause) {
        super(message, cause);
    }
}

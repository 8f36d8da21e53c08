package metaservice.settings;

/** A database server could not be started. The message is one sentence for the operator, without secrets. */
public final class DatabaseServerException extends Exception {

    /**
     * Makes the exception.
     *
     * @param cause null if the message says everything
     */
    public DatabaseServerException(String message, Throwable cause) {
        super(message, cause);
    }
}

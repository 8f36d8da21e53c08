package metaservice.spi;

/** Issues temporary AWS credentials for clients. Thread-safe. */
@FunctionalInterface
public interface TokenIssuer extends AutoCloseable {

    /**
     * Issues new credentials of the configured role. Blocks for a few seconds at most.
     *
     * @throws TokenException if no credentials can be issued
     */
    Token issue() throws TokenException;

    /** Releases what the issuer opened. Never throws. */
    @Override
    default void close() {}
}

package metaservice.spi;

/** Gets temporary AWS credentials for clients. Thread-safe. */
@FunctionalInterface
public interface TokenIssuer extends AutoCloseable {

    /**
     * New credentials of the role that the operator chose. Blocks for a few seconds at most.
     *
     * @throws TokenException if there are none
     */
    Token issue() throws TokenException;

    /** Releases what the issuer opened. Never throws. */
    @Override
    default void close() {}
}

package metaservice.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a service reaches its database, ready for a JDBC driver and a connection pool. The launcher implements it; a later
 * seam may add methods. Immutable.
 */
public interface DatabaseAccess {

    /** JDBC address of the database, without user and password. */
    String jdbcUrl();

    /**
     * JDBC address for reads outside a transaction, which then have a connection pool of their own; empty if reads use the
     * same pool as everything else.
     */
    Optional<String> readerUrl();

    /** Driver properties, user and password among them. Never to be logged. */
    Map<String, String> properties();

    /** Connections that the pool keeps open, 0 or more. */
    int poolMin();

    /** Most connections of the pool, 1 or more and at least {@link #poolMin()}. */
    int poolMax();

    /** Longest wait for a connection and for one statement, more than zero. */
    Duration timeout();
}

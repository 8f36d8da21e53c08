package metaservice.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How a service reaches its database, ready for a JDBC driver and a connection pool.
 *
 * @param jdbcUrl address without credentials
 * @param readerUrl address of the database that reads outside a transaction go to, on connections of their own; empty if
 *     they go where everything goes
 * @param properties driver properties, user and password among them; never to be logged
 * @param poolMin connections kept open, 0 or more
 * @param poolMax most connections open at once, 1 or more
 * @param timeout longest wait for a connection and for one statement
 */
public record DatabaseAccess(
        String jdbcUrl,
        Optional<String> readerUrl,
        Map<String, String> properties,
        int poolMin,
        int poolMax,
        Duration timeout) {

    /** Checks the ranges and copies the properties. */
    public DatabaseAccess {
        properties = Map.copyOf(properties);
        if (poolMin < 0 || poolMax < 1 || poolMin > poolMax) {
            throw new IllegalArgumentException(
                    "pool of " + poolMin + " to " + poolMax + " connections: expected 0 <= min <= max and max >= 1");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + ": expected more than zero");
        }
    }

    /** Names the properties but not their values, because a password is one of them. */
    @Override
    public String toString() {
        return jdbcUrl + " " + new TreeSet<>(properties.keySet()) + " pool " + poolMin + ".." + poolMax;
    }
}

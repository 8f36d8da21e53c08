package metaservice.launcher.service;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import metaservice.spi.DatabaseAccess;

/**
 * The database connection settings of a service; {@link DatabaseAccess} describes each of them.
 *
 * @param properties driver properties, the password among them
 */
public record DatabaseValues(
        String jdbcUrl,
        Optional<String> readerUrl,
        Map<String, String> properties,
        int poolMin,
        int poolMax,
        Duration timeout)
        implements DatabaseAccess {

    /** Checks the ranges and copies the properties. */
    public DatabaseValues {
        properties = Map.copyOf(properties);
        if (poolMin < 0 || poolMax < 1 || poolMin > poolMax) {
            throw new IllegalArgumentException(
                    "pool of " + poolMin + " to " + poolMax + " connections: expected 0 <= min <= max and max >= 1");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + ": expected more than zero");
        }
    }

    /** Contains the names of the properties without their values, because one of them is the password. */
    @Override
    public String toString() {
        return jdbcUrl + " " + new TreeSet<>(properties.keySet()) + " pool " + poolMin + ".." + poolMax;
    }
}

package metaservice.launcher.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import javax.net.SocketFactory;
import metaservice.settings.KeepAliveSocketFactory;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;

/**
 * The database connection settings of a service; {@link DatabaseAccess} describes each of them.
 *
 * @param properties driver properties, the password among them
 * @param databaseCheck checks the same database
 */
public record DatabaseValues(
        String jdbcUrl,
        Optional<String> readerUrl,
        Map<String, String> properties,
        int poolMin,
        int poolMax,
        Duration timeout,
        DatabaseCheck databaseCheck)
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

    /** A database that is not checked. */
    public DatabaseValues(
            String jdbcUrl,
            Optional<String> readerUrl,
            Map<String, String> properties,
            int poolMin,
            int poolMax,
            Duration timeout) {
        this(jdbcUrl, readerUrl, properties, poolMin, poolMax, timeout, new DatabaseCheck(List.of()));
    }

    @Override
    public CompletionStage<Health> check() {
        return databaseCheck.health();
    }

    /** The same sockets as those of the migrations, in the launcher's class loader. */
    @Override
    public SocketFactory sockets() {
        return new KeepAliveSocketFactory();
    }

    /** Contains the names of the properties without their values, because one of them is the password. */
    @Override
    public String toString() {
        return jdbcUrl + " " + new TreeSet<>(properties.keySet()) + " pool " + poolMin + ".." + poolMax;
    }
}

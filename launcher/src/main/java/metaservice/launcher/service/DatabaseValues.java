package metaservice.launcher.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import metaservice.settings.KeepAliveSocketFactory;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.SocketListener;

/**
 * The database connection settings of a service; {@link DatabaseAccess} describes each of them.
 *
 * @param currentProperties returns the driver properties of this moment, the password among them
 * @param databaseCheck checks the same database
 */
public record DatabaseValues(
        String jdbcUrl,
        Optional<String> readerUrl,
        Supplier<Map<String, String>> currentProperties,
        boolean poolsTransactions,
        boolean groupsWrites,
        int poolMin,
        int poolMax,
        Duration timeout,
        DatabaseCheck databaseCheck)
        implements DatabaseAccess {

    /** Checks the ranges. */
    public DatabaseValues {
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
        this(
                jdbcUrl,
                readerUrl,
                () -> properties,
                false,
                true,
                poolMin,
                poolMax,
                timeout,
                new DatabaseCheck(List.of()));
    }

    @Override
    public Map<String, String> properties() {
        return currentProperties.get();
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

    @Override
    public SocketFactory sockets(SocketListener listener) {
        return new KeepAliveSocketFactory(listener::readBegins, listener::readEnds);
    }

    /** Without the properties, because one of them is the password. */
    @Override
    public String toString() {
        return jdbcUrl + " pool " + poolMin + ".." + poolMax;
    }
}

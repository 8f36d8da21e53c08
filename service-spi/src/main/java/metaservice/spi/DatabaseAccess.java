package metaservice.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.SocketFactory;

/**
 * Connection settings of a service's database, in the form that a JDBC driver and a connection pool take. The launcher
 * implements it; a later seam may add methods. Immutable.
 */
public interface DatabaseAccess {

    /** JDBC address of the database, without user and password. */
    String jdbcUrl();

    /**
     * JDBC address for reads outside a transaction, which then use a separate connection pool; empty if reads use the same
     * pool as all other statements.
     */
    Optional<String> readerUrl();

    /**
     * Driver properties for a connection that is opened now, including user and password. To be called for each connection,
     * because passwords are rotated while the process runs. Must not be logged.
     */
    Map<String, String> properties();

    /**
     * Whether a pooler gives each transaction another session of the server. Then nothing may be kept in a session: no
     * setting, no prepared statement, no lock.
     */
    boolean poolsTransactions();

    /** Minimum number of connections that the pool keeps open, 0 or more. */
    int poolMin();

    /** Maximum number of connections of the pool, 1 or more and at least {@link #poolMin()}. */
    int poolMax();

    /** Whether writes of the same kind that arrive at the same time may be combined to one statement. */
    boolean groupsWrites();

    /** Creates the sockets of all connections, which the driver then connects. */
    SocketFactory sockets();

    /** Creates such sockets that report their reads. */
    SocketFactory sockets(SocketListener listener);

    /**
     * Whether the database answers now, on a connection of the launcher. Never blocks; the stage is completed within two
     * seconds and always normally. Its thread belongs to the launcher.
     */
    CompletionStage<Health> check();

    /** Limit of the wait for a connection and of the run of one statement, more than zero. */
    Duration timeout();
}

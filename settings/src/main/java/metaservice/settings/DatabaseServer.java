package metaservice.settings;

/** A database server that this process starts and stops. Used by one thread. */
public interface DatabaseServer extends AutoCloseable {

    /**
     * Starts the server and waits until it accepts connections. Called once; {@link #close} follows in every case.
     *
     * @return how to connect to it; user and password are among the properties
     * @throws DatabaseServerException if it cannot be started
     * @throws InvalidConfigException if settings of the connection pool are malformed
     */
    DatabaseConfig start() throws DatabaseServerException;

    /** Stops the server. A failure is logged and not thrown. */
    @Override
    void close();
}

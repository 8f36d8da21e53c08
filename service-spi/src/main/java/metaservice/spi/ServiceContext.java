package metaservice.spi;

/**
 * Everything that the launcher passes to a service version at its start. The launcher implements it; a later seam may add
 * methods, and a service that was compiled against this seam still works. Immutable.
 */
public interface ServiceContext {

    /** The version that the service reports to its clients; it stands in the jar's manifest. */
    String serviceVersion();

    /** Connection settings of the database. */
    DatabaseAccess database();

    /** The operator's settings for all service versions. */
    ServiceSettings settings();

    /** Issues temporary AWS credentials for clients; the launcher closes it. */
    TokenIssuer tokens();

    /** The memory that the requests of all services of the process share. */
    RequestMemory memory();

    /**
     * Called by the service between two steps of its start. The launcher pauses here while another service serves clients,
     * so that they have the processors in between. Returns early if the thread is interrupted.
     */
    void pauseBetweenSteps();
}

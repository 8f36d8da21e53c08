package metaservice.spi;

/**
 * Everything the launcher tells a service version when it starts it. The launcher implements it; a later seam may add
 * methods, so that a service which was compiled against this one still finds all that it knows. Immutable.
 */
public interface ServiceContext {

    /** The version that the service reports to its clients, as its manifest says. */
    String serviceVersion();

    /** How to reach the database. */
    DatabaseAccess database();

    /** What the operator chose for all service versions. */
    ServiceSettings settings();

    /** Issues the temporary AWS credentials of clients; the launcher closes it. */
    TokenIssuer tokens();
}

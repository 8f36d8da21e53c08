package metaservice.spi;

/**
 * Everything the launcher tells a service version when it starts it.
 *
 * @param serviceVersion the version the service reports to its clients, as its manifest says
 * @param database how to reach the database
 * @param settings what the operator chose for all service versions
 * @param tokens where clients' temporary AWS credentials come from; the launcher closes it
 */
public record ServiceContext(
        String serviceVersion, DatabaseAccess database, ServiceSettings settings, TokenIssuer tokens) {}

package metaservice.kit.document;

import metaservice.spi.ServiceContext;

/** A version's description of its API. The build makes one with the constructor that has no parameters. */
@FunctionalInterface
public interface DescribesApi {

    /**
     * Describes the API.
     *
     * @param context for the table of routes; its database cannot be reached, and its settings are the defaults
     */
    ApiDescription describe(ServiceContext context);
}

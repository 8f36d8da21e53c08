package metaservice.kit.document;

import metaservice.spi.TokenIssuer;

/** A version's description of its API. The build makes one with the constructor that has no parameters. */
@FunctionalInterface
public interface DescribesApi {

    /** For the table of routes: issues no credentials. */
    TokenIssuer NO_TOKENS = () -> {
        throw new IllegalStateException("there are no credentials while a document is made");
    };

    /** Describes the API of a service version. */
    ApiDescription describe(String serviceVersion);
}

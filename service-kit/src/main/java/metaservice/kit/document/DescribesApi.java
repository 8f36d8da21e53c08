package metaservice.kit.document;

import metaservice.spi.TokenIssuer;

/** A version's description of its API. The build creates an instance with the constructor without parameters. */
@FunctionalInterface
public interface DescribesApi {

    /** A token issuer for building the table of routes; it issues no credentials. */
    TokenIssuer NO_TOKENS = () -> {
        throw new IllegalStateException("no credentials are available while the document is generated");
    };

    /** Describes the API of a service version. */
    ApiDescription describe(String serviceVersion);
}

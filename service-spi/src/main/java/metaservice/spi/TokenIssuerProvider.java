package metaservice.spi;

/**
 * Makes token issuers. The one implementation lives apart from the launcher, with the libraries that it needs; the
 * launcher looks for it by {@link java.util.ServiceLoader}, and only if a role is configured.
 */
public interface TokenIssuerProvider {

    /** An issuer for a role; asks nobody yet. */
    TokenIssuer issuer(TokenRole role);
}

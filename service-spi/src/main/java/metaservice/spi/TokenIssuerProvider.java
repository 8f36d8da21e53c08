package metaservice.spi;

/**
 * Creates token issuers. The only implementation is in a separate folder of the distribution, together with its libraries;
 * the launcher loads it with {@link java.util.ServiceLoader}, and only if a role is configured.
 */
public interface TokenIssuerProvider {

    /** Creates an issuer for a role; does not connect to the token service yet. */
    TokenIssuer issuer(TokenRole role);
}

package metaservice.spi;

import java.net.URI;
import java.util.Optional;

/**
 * The role whose temporary credentials clients get, and the token service that issues them.
 *
 * @param arn Amazon resource name of the role
 * @param region AWS region of the token service
 * @param endpoint address of the token service; empty for the default endpoint of the region
 */
public record TokenRole(String arn, String region, Optional<URI> endpoint) {}

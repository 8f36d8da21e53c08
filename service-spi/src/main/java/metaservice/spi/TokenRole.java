package metaservice.spi;

import java.net.URI;
import java.util.Optional;

/**
 * Whose temporary credentials clients get, and where from.
 *
 * @param arn the role
 * @param region AWS region of the token service
 * @param endpoint address of the token service; empty for the region's own
 */
public record TokenRole(String arn, String region, Optional<URI> endpoint) {}

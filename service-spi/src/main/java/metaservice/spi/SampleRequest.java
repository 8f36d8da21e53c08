package metaservice.spi;

/**
 * A request that changes nothing, whatever the database holds.
 *
 * @param method in capitals
 * @param path with the service's prefix; needs no encoding
 * @param body in ASCII; may be empty
 */
public record SampleRequest(String method, String path, String body) {}

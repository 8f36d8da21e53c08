package metaservice.spi;

/**
 * A request that changes no data, with any content of the database.
 *
 * @param method HTTP method in capitals
 * @param path with the service's prefix; contains only characters that need no percent-encoding
 * @param body ASCII text; may be empty
 */
public record SampleRequest(String method, String path, String body) {}

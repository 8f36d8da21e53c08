package metaservice.settings;

/**
 * Where a listener listens.
 *
 * @param host name or address to bind to
 * @param port 0 to 65535; 0 means any free one
 */
public record ListenAddress(String host, int port) {}

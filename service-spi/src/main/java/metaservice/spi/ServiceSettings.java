package metaservice.spi;

/**
 * What the operator chose for all service versions.
 *
 * @param pathPrefix put before every path of the service, {@code /ping} too; empty, or begins with a slash and does not
 *     end with one (reference: {@code PATH_PREFIX}, from 2.x on)
 * @param maxBodyBytes longest request body that is read; longer ones are answered with 413
 */
public record ServiceSettings(String pathPrefix, int maxBodyBytes) {

    /** The reference's defaults, and 16 MiB for a body. */
    public static final ServiceSettings DEFAULTS = new ServiceSettings("", 16 << 20);

    /** Checks the form of the prefix. */
    public ServiceSettings {
        if (!pathPrefix.isEmpty() && (!pathPrefix.startsWith("/") || pathPrefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "path prefix '" + pathPrefix + "': expected to begin with / and not to end with it");
        }
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("longest body " + maxBodyBytes + ": expected at least 1 byte");
        }
    }
}

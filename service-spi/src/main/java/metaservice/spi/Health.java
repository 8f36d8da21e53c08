package metaservice.spi;

/**
 * Result of a health check.
 *
 * @param up whether the service can do its work
 * @param detail one sentence for operators; empty if the service is up
 */
public record Health(boolean up, String detail) {

    /** The service is up. */
    public static final Health UP = new Health(true, "");

    /** The service is down; the detail says why. */
    public static Health down(String detail) {
        return new Health(false, detail);
    }
}

package metaservice.spi;

/**
 * What a service says of itself.
 *
 * @param up whether the service can do its work
 * @param detail one sentence for operators; empty if all is well
 */
public record Health(boolean up, String detail) {

    /** All is well. */
    public static final Health UP = new Health(true, "");

    /** Something is wrong; the detail says what. */
    public static Health down(String detail) {
        return new Health(false, detail);
    }
}

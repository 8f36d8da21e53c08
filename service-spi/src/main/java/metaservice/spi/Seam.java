package metaservice.spi;

/**
 * The version of what the launcher and a service say to each other. A service jar names the seam that it was compiled
 * against in its manifest entry {@link #MANIFEST_ENTRY}; a jar without the entry has seam 1.
 *
 * <p>Adding a type, or a method that the launcher implements, keeps the seam. Whatever an existing jar could stumble over
 * gets the next number, and {@link #OLDEST} says how far back jars still load. A jar of seam {@value #NUMBER} is kept among
 * the launcher's tests and has to load.
 */
public final class Seam {

    /** Manifest entry of a service jar: the seam that it was compiled against. */
    public static final String MANIFEST_ENTRY = "Metaservice-Seam";

    /** The seam of these classes. */
    public static final int NUMBER = 2;

    /** The oldest seam whose jars still load. In seam 1 the context and its parts were records. */
    public static final int OLDEST = 2;

    private Seam() {}
}

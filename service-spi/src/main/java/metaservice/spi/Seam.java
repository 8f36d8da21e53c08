package metaservice.spi;

/**
 * The version of the interface between the launcher and a service. The manifest entry {@link #MANIFEST_ENTRY} of a service
 * jar names the seam that the jar was compiled against; a jar without the entry has seam 1.
 *
 * <p>A new type, or a new method that the launcher implements, keeps the number. A change that is not compatible with
 * existing jars increases it, and {@link #OLDEST} is the oldest number that still loads. The launcher's tests contain a jar
 * of seam {@value #NUMBER}, which has to load.
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

package metaservice.kit;

/**
 * How one version of an API words what has no object to show.
 *
 * @param errors how database errors look
 * @param notFound the answer for an object that does not exist
 * @param emptyList what an empty list looks like
 */
public record Dialect(Failures.Form errors, Answer notFound, EmptyList emptyList) {

    /** What an empty list looks like. */
    public enum EmptyList {
        /** {@code []}. */
        ARRAY,
        /** An object without members. */
        OBJECT
    }
}

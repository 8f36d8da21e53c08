package metaservice.kit;

/**
 * How one generation of the API words what has no object to show.
 *
 * @param errors how database errors look
 * @param notFound the answer for an object that does not exist
 * @param emptyList what an empty list looks like
 */
public record Style(Failures.Form errors, Answer notFound, EmptyList emptyList) {

    /** What an empty list looks like. */
    public enum EmptyList {
        /** {@code []}. */
        ARRAY,
        /** An empty object, as 1.x answers. */
        OBJECT
    }
}

package metaservice.kit;

/**
 * How the answers of one API generation look where generations differ.
 *
 * @param errors the format of database errors
 * @param notFound the answer for an object that does not exist
 * @param emptyList what an empty list looks like
 */
public record Dialect(Failures.DatabaseErrorFormat errors, Answer notFound, EmptyList emptyList) {

    /** What an empty list looks like. */
    public enum EmptyList {
        /** An array without elements. */
        ARRAY,
        /** An object without members. */
        OBJECT
    }
}

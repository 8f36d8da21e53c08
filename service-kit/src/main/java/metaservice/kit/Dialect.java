package metaservice.kit;

/**
 * How one generation of the API words what has no object to show, and how kind it is to its clients.
 *
 * @param errors how database errors look
 * @param notFound the answer for an object that does not exist
 * @param emptyList what an empty list looks like
 * @param earlyHeartbeat what becomes of a heartbeat less than ten seconds after the last one
 * @param leftOut what the client learns of rows of a batch that are not stored
 */
public record Dialect(
        Failures.Form errors, Answer notFound, EmptyList emptyList, EarlyHeartbeat earlyHeartbeat, LeftOut leftOut) {

    /** What an empty list looks like. */
    public enum EmptyList {
        /** {@code []}. */
        ARRAY,
        /** An empty object, as 1.x answers. */
        OBJECT
    }

    /** What becomes of a heartbeat that comes too early. It is never written. */
    public enum EarlyHeartbeat {
        /** 404, as if nobody knew who sent it; so it is in the reference. */
        NOT_FOUND,
        /** 200: the sender is alive, and that is all it wanted to say. */
        FINE
    }

    /** What the client learns of rows of a batch that are not stored. */
    public enum LeftOut {
        /** Only their absence from the count; so it is in the reference. */
        SILENTLY,
        /** Which, and why. */
        TOLD
    }
}

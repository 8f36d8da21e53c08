package metaservice.kit;

/** Answers one kind of request. Called on a worker thread, by many threads at once. */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers.
     *
     * @throws ClientError if the request is wrong; the router makes the answer of it
     * @throws Exception if we failed; SQL errors are told apart by {@link Failures}
     */
    Answer answer(Request request) throws Exception;
}

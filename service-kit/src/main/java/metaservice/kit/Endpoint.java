package metaservice.kit;

/**
 * Answers the requests of one route. Must be thread-safe. Called on a worker thread, or on an I/O thread if the route is
 * {@linkplain Route#direct() direct}.
 */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers one request.
     *
     * @throws ClientError if the request is invalid; the router sends the answer that it contains
     * @throws Exception if the request failed; {@link Failures} maps it to an answer
     */
    Answer answer(Request request) throws Exception;
}

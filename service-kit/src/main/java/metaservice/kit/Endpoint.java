package metaservice.kit;

/**
 * Answers the requests of one route. Must be thread-safe. Called on a worker thread, or on an I/O thread if the route
 * {@linkplain Route.Threads says so}.
 */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers one request.
     *
     * @throws ClientError if the request is invalid; the router sends the answer that it contains
     * @throws Exception if the request failed; {@link Failures} maps it to an answer
     */
    Outcome answer(Request request) throws Exception;
}

package metaservice.kit;

import java.util.List;

/**
 * One line of a version's table of routes. Immutable.
 *
 * @param method HTTP method in capitals
 * @param path template such as {@code /flows/{flow_id}/runs}; a segment in braces matches any non-empty segment
 * @param readsBody whether the endpoint gets the request's body; otherwise the body is read and discarded
 * @param threads the threads that call the endpoint
 * @param endpoint answers the requests
 */
public record Route(String method, String path, boolean readsBody, Threads threads, Endpoint endpoint) {

    /** The threads that call an endpoint. */
    public enum Threads {
        /**
         * Always an I/O thread. For endpoints that never block and must answer when every worker is busy, because load balancers
         * probe {@code /ping} with a timeout of one second.
         */
        IO,
        /** An I/O thread if the body is short, otherwise a worker. For endpoints that never block. */
        IO_IF_SHORT,
        /** A worker. */
        WORKER
    }

    /** Whether the endpoint is always called on an I/O thread. */
    public boolean direct() {
        return threads == Threads.IO;
    }

    /** The same, with an endpoint that never blocks. */
    public Route neverBlocks() {
        return new Route(method, path, readsBody, Threads.IO_IF_SHORT, endpoint);
    }

    /** A GET route. */
    public static Route get(String path, Endpoint endpoint) {
        return new Route("GET", path, false, Threads.WORKER, endpoint);
    }

    /** A GET route that is answered on the I/O thread. The endpoint must not block. */
    public static Route direct(String path, Endpoint endpoint) {
        return new Route("GET", path, false, Threads.IO, endpoint);
    }

    /** A GET route that is answered later, without a worker thread. The endpoint must not block. */
    public static Route later(String path, LaterEndpoint endpoint) {
        return direct(path, new LaterEndpoint.Waiting(endpoint));
    }

    /** A POST route whose endpoint gets the body. */
    public static Route post(String path, Endpoint endpoint) {
        return new Route("POST", path, true, Threads.WORKER, endpoint);
    }

    /** A POST route without a body, such as a heartbeat. */
    public static Route signal(String path, Endpoint endpoint) {
        return new Route("POST", path, false, Threads.WORKER, endpoint);
    }

    /** A PATCH route whose endpoint gets the body. */
    public static Route patch(String path, Endpoint endpoint) {
        return new Route("PATCH", path, true, Threads.WORKER, endpoint);
    }

    /** The names of the path parameters, in their order. */
    public List<String> parameters() {
        return segments().stream()
                .filter(segment -> segment.startsWith("{"))
                .map(segment -> segment.substring(1, segment.length() - 1))
                .toList();
    }

    List<String> segments() {
        return PathSegments.of(path);
    }

    /** The method, a space, and the path. Unique within a table of routes. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}

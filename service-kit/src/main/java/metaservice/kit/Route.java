package metaservice.kit;

import java.util.List;

/**
 * One line of a version's table of routes.
 *
 * @param method HTTP method in capitals
 * @param path template such as {@code /flows/{flow_id}/runs}; a part in braces stands for any non-empty segment
 * @param readsBody whether the endpoint wants the request's body; if not, the body is drained and ignored
 * @param direct whether the endpoint is called on the I/O thread, because it never blocks and must answer even when
 *     every worker is busy: load balancers probe {@code /ping} with a timeout of a second
 * @param endpoint what answers
 */
public record Route(String method, String path, boolean readsBody, boolean direct, Endpoint endpoint) {

    /** A read. */
    public static Route get(String path, Endpoint endpoint) {
        return new Route("GET", path, false, false, endpoint);
    }

    /** A read that is answered on the I/O thread; the endpoint must not block. */
    public static Route direct(String path, Endpoint endpoint) {
        return new Route("GET", path, false, true, endpoint);
    }

    /** A creation; the endpoint reads the body. */
    public static Route post(String path, Endpoint endpoint) {
        return new Route("POST", path, true, false, endpoint);
    }

    /** A command without a body. */
    public static Route signal(String path, Endpoint endpoint) {
        return new Route("POST", path, false, false, endpoint);
    }

    /** A change; the endpoint reads the body. */
    public static Route patch(String path, Endpoint endpoint) {
        return new Route("PATCH", path, true, false, endpoint);
    }

    /** The names in braces, in their order. */
    public List<String> parameters() {
        return segments().stream()
                .filter(segment -> segment.startsWith("{"))
                .map(segment -> segment.substring(1, segment.length() - 1))
                .toList();
    }

    List<String> segments() {
        return PathSegments.of(path);
    }

    /** The method and the path, with a space between them: what tells one route from the others. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}

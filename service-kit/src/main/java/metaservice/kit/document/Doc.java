package metaservice.kit.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The documentation of one endpoint in the OpenAPI document. It does not include the error answers that every endpoint can
 * give (400, 413, 500, 503). Immutable.
 *
 * @param tag the group of the endpoint
 * @param summary one sentence without a full stop
 * @param takes the request body; empty if it is ignored
 * @param answers the body of status 200
 * @param refusals other statuses, and when they occur
 * @param queries the query parameters
 * @param headers the response headers of status 200, and their descriptions
 */
public record Doc(
        String tag,
        String summary,
        Optional<Content> takes,
        Content answers,
        Map<Integer, String> refusals,
        List<Query> queries,
        Map<String, String> headers) {

    /**
     * The body of a request or an answer.
     *
     * @param mediaType its media type
     * @param shape the name of the {@link Shape} of the body, or of each element of a list
     * @param isList whether it is a JSON array
     */
    public record Content(String mediaType, String shape, boolean isList) {

        static Content json(String shape) {
            return new Content("application/json", shape, false);
        }

        static Content listOf(String shape) {
            return new Content("application/json", shape, true);
        }
    }

    /**
     * A query parameter.
     *
     * @param name its name
     * @param type its JSON schema type
     * @param description what it does
     */
    public record Query(String name, String type, String description) {}

    /** Copies the collections. */
    public Doc {
        refusals = Map.copyOf(refusals);
        queries = List.copyOf(queries);
        headers = Map.copyOf(headers);
    }

    private static Doc of(String tag, String summary, Content answers) {
        return new Doc(tag, summary, Optional.empty(), answers, Map.of(), List.of(), Map.of());
    }

    /** An endpoint that answers one JSON value. */
    public static Doc one(String tag, String summary, String shape) {
        return of(tag, summary, Content.json(shape));
    }

    /** An endpoint that answers a JSON array. */
    public static Doc list(String tag, String summary, String shape) {
        return of(tag, summary, Content.listOf(shape));
    }

    /** An endpoint whose answer is not JSON. */
    public static Doc file(String tag, String summary, String mediaType, String shape) {
        return of(tag, summary, new Content(mediaType, shape, false));
    }

    /** This doc with one JSON value as the request body. */
    public Doc takes(String shape) {
        return new Doc(tag, summary, Optional.of(Content.json(shape)), answers, refusals, queries, headers);
    }

    /** This doc with a JSON array as the request body. */
    public Doc takesList(String shape) {
        return new Doc(tag, summary, Optional.of(Content.listOf(shape)), answers, refusals, queries, headers);
    }

    /** This doc with one more error status, and when it occurs. */
    public Doc refuses(int status, String when) {
        Map<Integer, String> more = new TreeMap<>(refusals);
        more.put(status, when);
        return new Doc(tag, summary, takes, answers, more, queries, headers);
    }

    /** This doc with more query parameters. */
    public Doc queries(List<Query> more) {
        List<Query> all = new ArrayList<>(queries);
        all.addAll(more);
        return new Doc(tag, summary, takes, answers, refusals, all, headers);
    }

    /** This doc with one more response header of status 200. */
    public Doc header(String name, String description) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, description);
        return new Doc(tag, summary, takes, answers, refusals, queries, more);
    }
}

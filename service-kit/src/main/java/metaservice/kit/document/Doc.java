package metaservice.kit.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the API's document says of one endpoint. Answers that every endpoint can give (a malformed request, a database
 * that is away, our own failures) are not told here. Immutable.
 *
 * @param tag the group under which readers find it
 * @param summary one sentence without its dot
 * @param takes what the body of the request has to be; empty if it is ignored
 * @param answers what comes with status 200
 * @param refusals other statuses, and when they are given
 * @param queries parameters of the query
 * @param headers headers that come with status 200, and what they say
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
     * @param mediaType its type
     * @param shape the name of its {@link Shape}, or of each element's
     * @param isList whether it is a list of them
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
     * A parameter of the query.
     *
     * @param type its type in JSON's words
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

    /** Answers one JSON value. */
    public static Doc one(String tag, String summary, String shape) {
        return of(tag, summary, Content.json(shape));
    }

    /** Answers a JSON array. */
    public static Doc list(String tag, String summary, String shape) {
        return of(tag, summary, Content.listOf(shape));
    }

    /** Answers something that is not JSON. */
    public static Doc file(String tag, String summary, String mediaType, String shape) {
        return of(tag, summary, new Content(mediaType, shape, false));
    }

    /** Takes one JSON value. */
    public Doc takes(String shape) {
        return new Doc(tag, summary, Optional.of(Content.json(shape)), answers, refusals, queries, headers);
    }

    /** Takes a JSON array. */
    public Doc takesList(String shape) {
        return new Doc(tag, summary, Optional.of(Content.listOf(shape)), answers, refusals, queries, headers);
    }

    /** Refuses with a status at times. */
    public Doc refuses(int status, String when) {
        Map<Integer, String> more = new TreeMap<>(refusals);
        more.put(status, when);
        return new Doc(tag, summary, takes, answers, more, queries, headers);
    }

    /** Knows more parameters of the query. */
    public Doc queries(List<Query> more) {
        List<Query> all = new ArrayList<>(queries);
        all.addAll(more);
        return new Doc(tag, summary, takes, answers, refusals, all, headers);
    }

    /** Has one more header in its answer with status 200. */
    public Doc header(String name, String description) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, description);
        return new Doc(tag, summary, takes, answers, refusals, queries, more);
    }
}

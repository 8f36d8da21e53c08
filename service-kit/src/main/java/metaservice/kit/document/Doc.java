package metaservice.kit;

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
 * @param isPaged whether the list can be read page by page
 */
public record Doc(
        String tag,
        String summary,
        Optional<Content> takes,
        Content answers,
        Map<Integer, String> refusals,
        List<Query> queries,
        boolean isPaged) {

    /**
     * The body of a request or an answer.
     *
     * @param mediaType its type
     * @param shape the name of its {@link Shape}, or of each element's
     * @param isList whether it is a list of them
     */
    record Content(String mediaType, String shape, boolean isList) {

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
    record Query(String name, String type, String description) {}

    /** Copies the collections. */
    public Doc {
        refusals = Map.copyOf(refusals);
        queries = List.copyOf(queries);
    }

    private static Doc of(String tag, String summary, Content answers) {
        return new Doc(tag, summary, Optional.empty(), answers, Map.of(), List.of(), false);
    }

    /** Answers one JSON value. */
    static Doc one(String tag, String summary, String shape) {
        return of(tag, summary, Content.json(shape));
    }

    /** Answers a JSON array. */
    static Doc list(String tag, String summary, String shape) {
        return of(tag, summary, Content.listOf(shape));
    }

    /** Answers something that is not JSON. */
    static Doc file(String tag, String summary, String mediaType, String shape) {
        return of(tag, summary, new Content(mediaType, shape, false));
    }

    /** Takes one JSON value. */
    Doc takes(String shape) {
        return new Doc(tag, summary, Optional.of(Content.json(shape)), answers, refusals, queries, isPaged);
    }

    /** Takes a JSON array. */
    Doc takesList(String shape) {
        return new Doc(tag, summary, Optional.of(Content.listOf(shape)), answers, refusals, queries, isPaged);
    }

    /** Refuses with a status at times. */
    public Doc refuses(int status, String when) {
        Map<Integer, String> more = new TreeMap<>(refusals);
        more.put(status, when);
        return new Doc(tag, summary, takes, answers, more, queries, isPaged);
    }

    /** Knows one more parameter of the query. */
    Doc query(String name, String type, String description) {
        return with(List.of(new Query(name, type, description)), isPaged);
    }

    /** The same list, but page by page if its client wants that. */
    public Doc paged() {
        return paged(Filters.NONE);
    }

    /** The same list, but page by page if its client wants that, and narrowed by filters. */
    public Doc paged(Filters filters) {
        List<Query> pages = new ArrayList<>(Pages.QUERIES);
        pages.addAll(filters.queries());
        return with(pages, true);
    }

    private Doc with(List<Query> more, boolean nowPaged) {
        List<Query> all = new ArrayList<>(queries);
        all.addAll(more);
        return new Doc(tag, summary, takes, answers, refusals, all, nowPaged);
    }
}

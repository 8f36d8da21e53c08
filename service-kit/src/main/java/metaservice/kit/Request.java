package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One request as an endpoint sees it. Belongs to one thread at a time. */
public final class Request {

    private static final int MAX_NAME_LENGTH = 255;

    private final String query;
    private final Map<String, String> path;
    private final byte[] body;

    /** The query's parameters once they were asked for; none before that. */
    private Optional<List<Map.Entry<String, String>>> queries = Optional.empty();

    Request(String query, Map<String, String> path, byte[] body) {
        this.query = query;
        this.path = path;
        this.body = body;
    }

    /**
     * The decoded part of the path that stands for {@code {name}} in the route.
     *
     * @throws ClientError 400 if it holds a NUL or half of a surrogate pair, which no stored name does
     */
    public String path(String name) {
        return storable(name, PathSegments.decode(name, path.get(name)));
    }

    private static String storable(String name, String value) {
        if (!Json.isStorable(value)) {
            throw ClientError.badRequest(name + ": expected text without NUL characters");
        }
        return value;
    }

    /**
     * A part of the path that becomes the name of something new.
     *
     * @throws ClientError 400 if it is longer than names may be
     */
    public String newName(String name) {
        String value = path(name);
        if (value.codePointCount(0, value.length()) > MAX_NAME_LENGTH) {
            throw ClientError.badRequest(name + ": expected at most " + MAX_NAME_LENGTH + " characters");
        }
        return value;
    }

    /**
     * The first value of a query parameter, decoded; absent if it is not there or empty.
     *
     * @throws ClientError 400 if it holds a NUL
     */
    public Optional<String> query(String name) {
        return rawQuery(name).filter(value -> !value.isEmpty());
    }

    /** The same, but an empty value is one. */
    public Optional<String> rawQuery(String name) {
        return queries().stream()
                .filter(parameter -> parameter.getKey().equals(name))
                .findFirst()
                .map(Map.Entry::getValue);
    }

    /**
     * All query parameters in their order, decoded. A plus sign is a blank. The query is parsed once, when it is needed.
     *
     * @throws ClientError 400 if one holds a NUL
     */
    public List<Map.Entry<String, String>> queries() {
        if (queries.isEmpty()) {
            queries = Optional.of(parse(query));
        }
        return queries.get();
    }

    private static List<Map.Entry<String, String>> parse(String query) {
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded("query", equals < 0 ? pair : pair.substring(0, equals));
            parameters.add(Map.entry(name, equals < 0 ? "" : decoded(name, pair.substring(equals + 1))));
        }
        return List.copyOf(parameters);
    }

    private static String decoded(String name, String text) {
        return storable(name, PathSegments.decodeQuery(text));
    }

    /**
     * The body as JSON.
     *
     * @throws ClientError 400 if it is none
     */
    public JsonNode json() {
        return Json.parse(body);
    }

    /**
     * The body, which has to be a JSON object.
     *
     * @throws ClientError 400 if it is something else
     */
    public JsonNode jsonObject() {
        JsonNode node = json();
        if (!node.isObject()) {
            throw ClientError.badRequest("body: expected a JSON object, found "
                    + node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }
}

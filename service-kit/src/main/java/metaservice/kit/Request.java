package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One request as an endpoint sees it. Not thread-safe. */
public final class Request {

    private static final int MAX_NAME_LENGTH = 255;

    private final String query;
    private final Map<String, String> path;
    private final byte[] body;

    /** The parsed query parameters; empty until they are first read. */
    private Optional<List<Map.Entry<String, String>>> queries = Optional.empty();

    Request(String query, Map<String, String> path, byte[] body) {
        this.query = query;
        this.path = path;
        this.body = body;
    }

    /**
     * The decoded value of the path parameter {@code {name}} of the route.
     *
     * @throws ClientError 400 if it contains a NUL or a lone surrogate, which PostgreSQL cannot store
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

    /** The values of all path parameters as one text, which is the same for all requests of one object. */
    public String pathKey() {
        return String.join("/", new TreeMap<>(path).values());
    }

    /**
     * The decoded value of a path parameter that is the name of a new object.
     *
     * @throws ClientError 400 if it is longer than 255 characters
     */
    public String newName(String name) {
        String value = path(name);
        if (value.codePointCount(0, value.length()) > MAX_NAME_LENGTH) {
            throw ClientError.badRequest(name + ": expected at most " + MAX_NAME_LENGTH + " characters");
        }
        return value;
    }

    /**
     * The first value of a query parameter, decoded; empty if the parameter is missing or has no value.
     *
     * @throws ClientError 400 if the query contains a NUL
     */
    public Optional<String> query(String name) {
        return rawQuery(name).filter(value -> !value.isEmpty());
    }

    /** The first value of a query parameter, decoded; may be an empty text. Empty if the parameter is missing. */
    public Optional<String> rawQuery(String name) {
        return queries().stream()
                .filter(parameter -> parameter.getKey().equals(name))
                .findFirst()
                .map(Map.Entry::getValue);
    }

    /**
     * All query parameters in their order, decoded. A plus sign is a space. The query is parsed once, on first use.
     *
     * @throws ClientError 400 if the query contains a NUL
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

    /** The body as it was sent; empty if the request has none. The caller must not change it. */
    byte[] body() {
        return body;
    }

    /**
     * The body as JSON.
     *
     * @throws ClientError 400 if it is not JSON
     */
    public JsonNode json() {
        return Json.parse(body);
    }

    /**
     * The body as a JSON object.
     *
     * @throws ClientError 400 if it is not a JSON object
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

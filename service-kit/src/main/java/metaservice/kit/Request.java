package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.server.HttpServerExchange;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One request as an endpoint sees it. Belongs to one thread at a time. */
public final class Request {

    private static final int MAX_NAME_LENGTH = 255;

    private final HttpServerExchange exchange;
    private final Map<String, String> path;
    private final byte[] body;

    Request(HttpServerExchange exchange, Map<String, String> path, byte[] body) {
        this.exchange = exchange;
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
     * The first value of a query parameter, decoded; absent if it is not there or empty. A plus sign is a blank.
     *
     * @throws ClientError 400 if it is no UTF-8, or holds a NUL
     */
    public Optional<String> query(String name) {
        for (String pair : exchange.getQueryString().split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (key.equals(name)) {
                String value = equals < 0 ? "" : pair.substring(equals + 1).replace('+', ' ');
                return Optional.of(storable(name, PathSegments.decode(name, value)))
                        .filter(text -> !text.isEmpty());
            }
        }
        return Optional.empty();
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

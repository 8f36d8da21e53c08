package metaservice.kit;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.List;

/**
 * Lets pages of other origins use the service from a browser: answers what a browser asks beforehand, and marks every
 * answer to such a page as readable for it, but never credentials. Other requests pass untouched. Thread-safe.
 */
final class CrossOrigin implements HttpHandler {

    private static final String ANY = "*";
    /** Whoever may see the data of runs from a page may not see the keys to the account for that. */
    private static final String CREDENTIALS = "/auth/token";

    private static final String METHODS = "GET, POST, PATCH";

    /** What the API says in headers; a browser hides headers that are not named. */
    private static final String EXPOSED = "METADATA_SERVICE_VERSION, X-Limit, X-Next-Cursor, Retry-After";

    /** Ten minutes: no browser has to ask before every request, and a change of the setting is noticed soon. */
    private static final String REMEMBERED_SECONDS = "600";

    private static final HttpString ORIGIN_ALLOWED = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString METHODS_ALLOWED = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString HEADERS_ALLOWED = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString HEADERS_EXPOSED = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString METHOD_ASKED_FOR = new HttpString("Access-Control-Request-Method");
    private static final HttpString HEADERS_ASKED_FOR = new HttpString("Access-Control-Request-Headers");

    private final List<String> origins;
    private final HttpHandler inside;

    private CrossOrigin(List<String> origins, HttpHandler inside) {
        this.origins = origins;
        this.inside = inside;
    }

    /** The handler itself if no origin is allowed: then nothing is added to any answer. */
    static HttpHandler allowed(List<String> origins, HttpHandler inside) {
        return origins.isEmpty() ? inside : new CrossOrigin(origins, inside);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.getRequestPath().endsWith(CREDENTIALS)) {
            inside.handleRequest(exchange);
            return;
        }
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        // Late, because whoever answers begins with empty headers.
        exchange.addResponseCommitListener(answered -> mark(answered.getResponseHeaders(), origin));
        if (isAllowed(origin) && asksBeforehand(exchange)) {
            answer(exchange);
        } else {
            inside.handleRequest(exchange);
        }
    }

    private boolean isAllowed(String origin) {
        return origin != null && (origins.contains(ANY) || origins.contains(origin));
    }

    private static boolean asksBeforehand(HttpServerExchange exchange) {
        return exchange.getRequestMethod().equals(Methods.OPTIONS)
                && exchange.getRequestHeaders().contains(METHOD_ASKED_FOR);
    }

    private void mark(HeaderMap headers, String origin) {
        if (origins.contains(ANY)) {
            headers.put(ORIGIN_ALLOWED, ANY);
        } else {
            headers.add(Headers.VARY, Headers.ORIGIN_STRING);
            if (!isAllowed(origin)) {
                return;
            }
            headers.put(ORIGIN_ALLOWED, origin);
        }
        headers.put(HEADERS_EXPOSED, EXPOSED);
    }

    private static void answer(HttpServerExchange exchange) {
        exchange.setStatusCode(StatusCodes.NO_CONTENT);
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(METHODS_ALLOWED, METHODS);
        String asked = exchange.getRequestHeaders().getFirst(HEADERS_ASKED_FOR);
        if (asked != null) {
            headers.put(HEADERS_ALLOWED, asked);
        }
        headers.put(MAX_AGE, REMEMBERED_SECONDS);
        exchange.endExchange();
    }
}

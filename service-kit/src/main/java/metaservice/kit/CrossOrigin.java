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
 * Cross-origin resource sharing (CORS): answers preflight requests and adds the CORS headers to answers for pages of
 * allowed origins. Paths that end with {@code /auth/token} never get CORS headers. Thread-safe.
 */
final class CrossOrigin implements HttpHandler {

    private static final String ANY = "*";

    /** Excluded from CORS, because its answer has credentials of the operator's cloud account. */
    private static final String TOKEN_PATH = "/auth/token";

    private static final String ALLOWED_METHODS = "GET, POST, PATCH";

    /** The API's own response headers. A page can read only headers that are listed. */
    private static final String EXPOSED_HEADERS = "METADATA_SERVICE_VERSION, X-Limit, X-Next-Cursor, Retry-After";

    /** Browsers cache the preflight answer for this time, so a change of the setting takes effect within ten minutes. */
    private static final String PREFLIGHT_MAX_AGE_SECONDS = "600";

    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString REQUESTED_METHOD = new HttpString("Access-Control-Request-Method");
    private static final HttpString REQUESTED_HEADERS = new HttpString("Access-Control-Request-Headers");

    private final List<String> origins;
    private final HttpHandler next;

    private CrossOrigin(List<String> origins, HttpHandler next) {
        this.origins = origins;
        this.next = next;
    }

    /** Adds CORS to a handler; returns the handler itself if no origin is allowed. */
    static HttpHandler around(List<String> origins, HttpHandler next) {
        return origins.isEmpty() ? next : new CrossOrigin(origins, next);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.getRequestPath().endsWith(TOKEN_PATH)) {
            next.handleRequest(exchange);
            return;
        }
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        // Added when the response is committed, because the response writer clears the headers first.
        exchange.addResponseCommitListener(response -> addHeaders(response.getResponseHeaders(), origin));
        if (isAllowed(origin) && isPreflight(exchange)) {
            answerPreflight(exchange);
        } else {
            next.handleRequest(exchange);
        }
    }

    private boolean isAllowed(String origin) {
        return origin != null && (origins.contains(ANY) || origins.contains(origin));
    }

    private static boolean isPreflight(HttpServerExchange exchange) {
        return exchange.getRequestMethod().equals(Methods.OPTIONS)
                && exchange.getRequestHeaders().contains(REQUESTED_METHOD);
    }

    private void addHeaders(HeaderMap headers, String origin) {
        if (origins.contains(ANY)) {
            headers.put(ALLOW_ORIGIN, ANY);
        } else {
            headers.add(Headers.VARY, Headers.ORIGIN_STRING);
            if (!isAllowed(origin)) {
                return;
            }
            headers.put(ALLOW_ORIGIN, origin);
        }
        headers.put(EXPOSE_HEADERS, EXPOSED_HEADERS);
    }

    private static void answerPreflight(HttpServerExchange exchange) {
        exchange.setStatusCode(StatusCodes.NO_CONTENT);
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(ALLOW_METHODS, ALLOWED_METHODS);
        String requested = exchange.getRequestHeaders().getFirst(REQUESTED_HEADERS);
        if (requested != null) {
            headers.put(ALLOW_HEADERS, requested);
        }
        headers.put(MAX_AGE, PREFLIGHT_MAX_AGE_SECONDS);
        exchange.endExchange();
    }
}

package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.Map;

/**
 * Refuses request lines with control characters or a fragment. Undertow either refuses all bytes that should have been
 * percent-encoded, among them UTF-8, which many clients send as it is, or none. Handlers see such bytes as characters from
 * 0x80 to 0xFF.
 */
final class RequestTargetGuard {

    private static final char DELETE = 0x7f;

    private static final CannedAnswer REFUSED = CannedAnswer.json(
            400,
            Map.of("message", "The request line contains a control character or a #, which must be percent-encoded."));

    private RequestTargetGuard() {}

    /** Wraps a handler: it gets only requests with a valid target. */
    static HttpHandler before(HttpHandler handler) {
        return exchange -> {
            if (isValid(exchange.getRequestURI()) && isValid(exchange.getQueryString())) {
                handler.handleRequest(exchange);
            } else {
                refuse(exchange);
            }
        };
    }

    private static boolean isValid(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c <= ' ' || c == DELETE || c == '#') {
                return false;
            }
        }
        return true;
    }

    /** Closes the connection after the answer, because the client may not mean the rest as it was parsed. */
    private static void refuse(HttpServerExchange exchange) {
        exchange.setPersistent(false);
        REFUSED.handleRequest(exchange);
    }
}

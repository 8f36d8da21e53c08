package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Refuses what browsers send on behalf of a foreign web page, before a request reaches a service. A request whose
 * {@code Host} is not among the allowed ones is answered with 421. A request that may write and carries an
 * {@code Origin} that is neither allowed nor the listener's own is answered with 403. Programs send no {@code Origin}
 * and are not affected. Thread-safe.
 *
 * @param allowedHosts host names that requests may ask for, with a port only if that counts; empty: any
 * @param allowedOrigins origins whose pages may write; {@code *} stands for all of them
 */
public record RequestGuard(List<String> allowedHosts, List<String> allowedOrigins) {

    /** Allows every host, and writes from no page but the listener's own. */
    public static final RequestGuard SAME_ORIGIN = new RequestGuard(List.of(), List.of());

    private static final Set<HttpString> READING = Set.of(Methods.GET, Methods.HEAD, Methods.OPTIONS);

    /** The request reached a server that does not answer for its host (RFC 9110). */
    private static final int MISDIRECTED_REQUEST = 421;

    private static final CannedAnswer WRONG_HOST = CannedAnswer.json(
            MISDIRECTED_REQUEST,
            Map.of("message", "This service does not answer for the host that the request names (MF_ALLOWED_HOSTS)."));
    private static final CannedAnswer WRONG_ORIGIN = CannedAnswer.json(
            StatusCodes.FORBIDDEN,
            Map.of(
                    "message",
                    "Pages of this origin may not change anything here (ORIGIN_TO_ALLOW_CORS_FROM names those that"
                            + " may)."));

    /** Copies the lists; host names are compared without regard to case. */
    public RequestGuard {
        allowedHosts =
                allowedHosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        allowedOrigins = List.copyOf(allowedOrigins);
    }

    /** The handler, behind these checks. */
    public HttpHandler before(HttpHandler inside) {
        return exchange -> {
            if (!isAllowedHost(exchange)) {
                refuse(exchange, WRONG_HOST);
            } else if (!READING.contains(exchange.getRequestMethod()) && !isAllowedOrigin(exchange)) {
                refuse(exchange, WRONG_ORIGIN);
            } else {
                inside.handleRequest(exchange);
            }
        };
    }

    /** The body is not read, so the connection cannot be used again. */
    private static void refuse(HttpServerExchange exchange, CannedAnswer answer) {
        exchange.setPersistent(false);
        answer.handleRequest(exchange);
    }

    private boolean isAllowedHost(HttpServerExchange exchange) {
        if (allowedHosts.isEmpty()) {
            return true;
        }
        String host = host(exchange);
        return allowedHosts.contains(host) || allowedHosts.contains(host.replaceFirst(":[0-9]*$", ""));
    }

    private boolean isAllowedOrigin(HttpServerExchange exchange) {
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin == null || allowedOrigins.contains("*") || allowedOrigins.contains(origin)) {
            return true;
        }
        String host = host(exchange);
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    private static String host(HttpServerExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
        return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }
}

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
 * Refuses requests that a browser sends for a page of another origin, before they reach a service. A request whose
 * {@code Host} is not among the allowed ones is answered with 421. A request that may write and carries an
 * {@code Origin} that is neither allowed nor the listener's own is answered with 403. Programs send no {@code Origin}
 * and are not affected. Thread-safe.
 *
 * @param allowedHosts accepted values of {@code Host}, with a port if only that port is accepted; empty: any
 * @param allowedOrigins origins whose pages may write; {@code *} stands for all of them
 */
public record RequestGuard(List<String> allowedHosts, List<String> allowedOrigins) {

    /** Allows every host, and writes from pages of the listener's own origin only. */
    public static final RequestGuard SAME_ORIGIN = new RequestGuard(List.of(), List.of());

    private static final Set<HttpString> READ_ONLY = Set.of(Methods.GET, Methods.HEAD, Methods.OPTIONS);

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

    /** Wraps a handler: it gets only the requests that pass both checks. */
    public HttpHandler before(HttpHandler handler) {
        return exchange -> {
            if (!isAllowedHost(exchange)) {
                refuse(exchange, WRONG_HOST);
            } else if (!READ_ONLY.contains(exchange.getRequestMethod()) && !isAllowedOrigin(exchange)) {
                refuse(exchange, WRONG_ORIGIN);
            } else {
                handler.handleRequest(exchange);
            }
        };
    }

    /** Closes the connection after the answer, because the body is not read. */
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

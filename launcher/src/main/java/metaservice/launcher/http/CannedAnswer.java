package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A complete answer of the launcher itself.
 *
 * @param status HTTP status
 * @param contentType of the body
 * @param body text, sent as UTF-8
 */
public record CannedAnswer(int status, String contentType, String body) implements HttpHandler {

    public static CannedAnswer text(int status, String body) {
        return new CannedAnswer(status, "text/plain; charset=utf-8", body);
    }

    public static CannedAnswer json(int status, Map<String, ?> members) {
        return new CannedAnswer(status, "application/json", JsonText.object(members));
    }

    /** A JSON answer with status 503, {@code Retry-After: 1} and the reason in the given member. */
    public static CannedAnswer unavailable(String member, String sentence) {
        return json(503, Map.of(member, sentence));
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        exchange.setStatusCode(status);
        if (status == 503) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        exchange.getResponseSender().send(body, StandardCharsets.UTF_8);
    }
}

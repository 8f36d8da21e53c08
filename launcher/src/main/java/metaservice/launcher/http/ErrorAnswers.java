package metaservice.launcher.http;

import io.undertow.server.DefaultResponseListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/**
 * Makes an answer of what nobody foresaw: the client gets a 500 with an id, the log gets the same id beside the stack
 * trace. The one place where that happens.
 */
public final class ErrorAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

    private ErrorAnswers() {}

    /** Wraps a handler so that whatever escapes from it is answered, on whichever thread it ran. */
    static HttpHandler caughtFrom(HttpHandler inside) {
        return exchange -> {
            exchange.addDefaultResponseListener(ErrorAnswers::answerEscaped);
            try {
                inside.handleRequest(exchange);
            } catch (Exception | LinkageError e) {
                answer(exchange, e);
            }
        };
    }

    /**
     * Answers a request that failed. Where an answer has begun already, the connection is cut so that no client takes it
     * for whole. If even that fails, the exchange ends with its connection; the failure then comes out of here.
     */
    public static void answer(HttpServerExchange exchange, Throwable failure) {
        boolean done = false;
        try {
            tryToAnswer(exchange, failure);
            done = true;
        } finally {
            if (!done) {
                cut(exchange);
            }
        }
    }

    private static void tryToAnswer(HttpServerExchange exchange, Throwable failure) {
        if (failure instanceof IOException && !exchange.getConnection().isOpen()) {
            LOG.debug("The client of {} {} went away", exchange.getRequestMethod(), exchange.getRequestPath(), failure);
            exchange.endExchange();
            return;
        }
        CannedAnswer answer = logged(exchange, failure);
        if (exchange.isResponseStarted()) {
            cut(exchange);
            return;
        }
        exchange.getResponseHeaders().clear();
        answer.handleRequest(exchange);
    }

    /** The exchange does not end with its connection by itself, and a drain waits for its end. */
    private static void cut(HttpServerExchange exchange) {
        IoUtils.safeClose(exchange.getConnection());
        exchange.endExchange();
    }

    /** Undertow caught it in a task that the service had dispatched, and is about to end the exchange without a body. */
    private static boolean answerEscaped(HttpServerExchange exchange) {
        Throwable failure = exchange.getAttachment(DefaultResponseListener.EXCEPTION);
        if (failure == null || exchange.getStatusCode() != StatusCodes.INTERNAL_SERVER_ERROR) {
            return false;
        }
        logged(exchange, failure).handleRequest(exchange);
        return true;
    }

    private static CannedAnswer logged(HttpServerExchange exchange, Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("{} {} failed, id {}", exchange.getRequestMethod(), exchange.getRequestPath(), id, failure);
        return CannedAnswer.json(
                StatusCodes.INTERNAL_SERVER_ERROR,
                Map.of("message", "Internal error; the log of the service tells more under id " + id + "."));
    }
}

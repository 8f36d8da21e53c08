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
 * Answers requests whose handler failed unexpectedly: the client gets a 500 with an id, and the stack trace is logged
 * with the same id.
 */
public final class ErrorAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

    private ErrorAnswers() {}

    /** Wraps a handler: every exception that it throws is answered, on any thread. */
    static HttpHandler wrap(HttpHandler handler) {
        return exchange -> {
            exchange.addDefaultResponseListener(ErrorAnswers::answerDispatched);
            try {
                handler.handleRequest(exchange);
            } catch (Exception | LinkageError e) {
                answer(exchange, e);
            }
        };
    }

    /**
     * Answers a request that failed. If an answer has begun already, closes the connection so that the client does not
     * take the answer for complete. If answering fails, closes the connection, too, and throws that failure.
     */
    public static void answer(HttpServerExchange exchange, Throwable failure) {
        boolean done = false;
        try {
            tryToAnswer(exchange, failure);
            done = true;
        } finally {
            if (!done) {
                close(exchange);
            }
        }
    }

    private static void tryToAnswer(HttpServerExchange exchange, Throwable failure) {
        if (failure instanceof IOException && !exchange.getConnection().isOpen()) {
            LOG.debug(
                    "The client closed its connection during {} {}",
                    exchange.getRequestMethod(),
                    exchange.getRequestPath(),
                    failure);
            exchange.endExchange();
            return;
        }
        CannedAnswer answer = logAndMakeAnswer(exchange, failure);
        if (exchange.isResponseStarted()) {
            close(exchange);
            return;
        }
        exchange.getResponseHeaders().clear();
        answer.handleRequest(exchange);
    }

    /** Ends the exchange as well, because closing the connection does not, and a drain waits for the exchange. */
    private static void close(HttpServerExchange exchange) {
        IoUtils.safeClose(exchange.getConnection());
        exchange.endExchange();
    }

    /**
     * Answers for a dispatched task whose exception Undertow caught; otherwise the exchange would end without a body.
     */
    private static boolean answerDispatched(HttpServerExchange exchange) {
        Throwable failure = exchange.getAttachment(DefaultResponseListener.EXCEPTION);
        if (failure == null || exchange.getStatusCode() != StatusCodes.INTERNAL_SERVER_ERROR) {
            return false;
        }
        logAndMakeAnswer(exchange, failure).handleRequest(exchange);
        return true;
    }

    private static CannedAnswer logAndMakeAnswer(HttpServerExchange exchange, Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("{} {} failed, id {}", exchange.getRequestMethod(), exchange.getRequestPath(), id, failure);
        return CannedAnswer.json(
                StatusCodes.INTERNAL_SERVER_ERROR,
                Map.of("message", "Internal error; the log of the service tells more under id " + id + "."));
    }
}

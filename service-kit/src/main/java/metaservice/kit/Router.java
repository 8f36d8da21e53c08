package metaservice.kit;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import metaservice.spi.RequestMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the route of a request, reads its body, calls the endpoint on a worker thread and sends its answer. An unknown
 * path is 404; a known path with another method is 405 with {@code Allow}. Paths are compared as they were sent: fixed
 * segments are not decoded, and neither a trailing slash nor an empty segment matches. Thread-safe.
 */
final class Router implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** Longest wait for a worker; after it the answer is 503. The wait for a database connection is not included. */
    private static final Duration MAX_QUEUE_TIME = Duration.ofSeconds(2);

    private static final byte[] NO_BODY = {};
    private static final Answer BUSY = Answer.message(503, "too many requests wait for the database, please retry")
            .with("Retry-After", "1");

    private final String prefix;
    private final int maxBodyBytes;
    private final RequestMemory memory;
    private final BodyBudget budget;
    private final String serviceVersion;
    private final Failures failures;
    private final Map<Integer, List<Target>> targetsByLength = new HashMap<>();

    Router(
            String prefix,
            int maxBodyBytes,
            RequestMemory memory,
            String serviceVersion,
            Failures failures,
            List<Route> routes) {
        this.prefix = prefix;
        this.maxBodyBytes = maxBodyBytes;
        this.memory = memory;
        this.budget = new BodyBudget(memory.bodies());
        this.serviceVersion = serviceVersion;
        this.failures = failures;
        for (Route route : routes) {
            List<String> segments = route.segments();
            targetsByLength
                    .computeIfAbsent(segments.size(), length -> new ArrayList<>())
                    .add(new Target(route, segments));
        }
        // A route with fewer parameters is tried first, so a fixed segment takes precedence over a parameter.
        targetsByLength.values().forEach(targets -> targets.sort(Comparator.comparing(Target::parameters)));
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        String path = rawPath(exchange);
        List<String> segments = segments(path);
        List<Target> matching = matching(segments);
        if (matching.isEmpty()) {
            send(exchange, Answer.message(404, "no such path: " + PathSegments.shown(path)));
            return;
        }
        String method = exchange.getRequestMethod().toString();
        for (Target target : matching) {
            if (target.route.method().equals(method)) {
                handle(exchange, target, segments);
                return;
            }
        }
        send(exchange, notAllowed(method, matching));
    }

    /** The path as it was sent, including {@code ;} and {@code %}, without the scheme and host of an absolute URI. */
    private static String rawPath(HttpServerExchange exchange) {
        String uri = exchange.getRequestURI();
        if (!exchange.isHostIncludedInRequestURI()) {
            return uri;
        }
        int path = uri.indexOf('/', uri.indexOf("://") + 3);
        return path < 0 ? "/" : uri.substring(path);
    }

    /** The segments of the path after the prefix; none if it does not start with the prefix and a slash. */
    private List<String> segments(String path) {
        return path.startsWith(prefix) && path.startsWith("/", prefix.length())
                ? PathSegments.of(path.substring(prefix.length()))
                : List.of();
    }

    private List<Target> matching(List<String> segments) {
        List<Target> matching = new ArrayList<>();
        for (Target target : targetsByLength.getOrDefault(segments.size(), List.of())) {
            if (target.matches(segments)) {
                matching.add(target);
            }
        }
        return matching;
    }

    private static Answer notAllowed(String method, List<Target> matching) {
        Set<String> allowed = new LinkedHashSet<>();
        matching.forEach(target -> allowed.add(target.route.method()));
        String list = String.join(",", allowed);
        return Answer.message(405, "method " + method + " is not allowed here; allowed: " + list)
                .with("Allow", list);
    }

    private void handle(HttpServerExchange exchange, Target target, List<String> segments) {
        Map<String, String> parameters = target.parameters(segments);
        Route route = target.route;
        if (route.endpoint() instanceof LaterEndpoint.Waiting waiting) {
            answerLater(exchange, waiting.later(), new Request(exchange.getQueryString(), parameters, NO_BODY));
        } else if (route.direct()) {
            answer(exchange, route, () -> new Request(exchange.getQueryString(), parameters, NO_BODY));
        } else if (route.readsBody()) {
            Executor workers = exchange.getDispatchExecutor();
            readBody(exchange, sent -> {
                if (isShort(exchange, route, sent)) {
                    budget.giveBack(sent.length);
                    answerSoon(exchange, route, new Request(exchange.getQueryString(), parameters, sent), workers);
                    return;
                }
                ReceivedBody body = new ReceivedBody(sent, budget);
                // Inflated on the worker, because a body that expands would keep the I/O thread from other connections.
                Supplier<Request> request = () -> new Request(
                        exchange.getQueryString(), parameters, body.decoded(contentEncoding(exchange), maxBodyBytes));
                dispatch(exchange, route, request, body::release);
            });
        } else if (exchange.isRequestComplete()) {
            answerWithoutBody(exchange, route, parameters, exchange.getDispatchExecutor());
        } else {
            Executor workers = exchange.getDispatchExecutor();
            // The body is read and discarded, because an answer that ends before the body would reset the connection.
            readBody(exchange, body -> {
                budget.giveBack(body.length);
                answerWithoutBody(exchange, route, parameters, workers);
            });
        }
    }

    private void answerWithoutBody(
            HttpServerExchange exchange, Route route, Map<String, String> parameters, Executor workers) {
        Request request = new Request(exchange.getQueryString(), parameters, NO_BODY);
        if (route.threads() == Route.Threads.IO_IF_SHORT) {
            answerSoon(exchange, route, request, workers);
        } else {
            dispatch(exchange, route, () -> request, () -> {});
        }
    }

    private static boolean isShort(HttpServerExchange exchange, Route route, byte[] body) {
        return route.threads() == Route.Threads.IO_IF_SHORT
                && body.length <= BodyBudget.FREE
                && contentEncoding(exchange).isEmpty();
    }

    /**
     * Calls an endpoint that never blocks, on this thread, which is an I/O thread. Its statement is run without a thread that
     * waits for it.
     *
     * @param workers run everything that may block
     */
    private void answerSoon(HttpServerExchange exchange, Route route, Request request, Executor workers) {
        Outcome outcome;
        try {
            outcome = route.endpoint().answer(request);
        } catch (Exception e) {
            fail(exchange, e);
            return;
        }
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            Waiting waiting = new Waiting(exchange, outcome, workers);
            if (outcome instanceof DatabaseAnswer pending) {
                pending.submit(waiting);
            } else if (outcome instanceof Answer answer) {
                waiting.answered(answer);
            } else {
                waiting.runAlone();
            }
        });
    }

    /** A request whose statement is in the queue. */
    private final class Waiting implements StatementQueue.Caller {

        private final HttpServerExchange exchange;
        private final Outcome outcome;
        private final Executor workers;

        private Waiting(HttpServerExchange exchange, Outcome outcome, Executor workers) {
            this.exchange = exchange;
            this.outcome = outcome;
            this.workers = workers;
        }

        @Override
        public Executor thread() {
            return exchange.getIoThread();
        }

        @Override
        public void answered(Answer answer) {
            try {
                if (answer.maySendingBlock()
                        || !ResponseWriter.sendAtOnce(exchange, answer, serviceVersion, memory.answers())) {
                    onWorker(() -> answer);
                }
            } catch (Exception e) {
                fail(exchange, e);
            }
        }

        @Override
        public void runAlone() {
            onWorker(outcome::get);
        }

        @Override
        public void failed(SQLException failure) {
            onWorker(() -> ((DatabaseAnswer) outcome).getAfter(failure));
        }

        @Override
        public void tooLate() {
            onWorker(() -> BUSY);
        }

        private void onWorker(Callable<Answer> answer) {
            exchange.dispatch(workers, () -> {
                try {
                    ResponseWriter.send(exchange, answer.call(), serviceVersion, memory.answers());
                } catch (Exception e) {
                    fail(exchange, e);
                }
            });
        }
    }

    private static List<String> contentEncoding(HttpServerExchange exchange) {
        HeaderValues values = exchange.getRequestHeaders().get(Headers.CONTENT_ENCODING);
        return values == null ? List.of() : values;
    }

    private void answerLater(HttpServerExchange exchange, LaterEndpoint endpoint, Request request) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            // The result is not used, because the stage completes normally and send reports failures itself.
            CompletionStage<Void> unused = endpoint.answer(request).thenAccept(answer -> send(exchange, answer));
        });
    }

    /** Answers on a worker thread, or with 503 if the request has waited too long for one. */
    private void dispatch(HttpServerExchange exchange, Route route, Supplier<Request> request, Runnable afterwards) {
        long received = System.nanoTime();
        exchange.dispatch(() -> {
            try {
                if (System.nanoTime() - received < MAX_QUEUE_TIME.toNanos()) {
                    answer(exchange, route, request);
                } else {
                    send(exchange, BUSY);
                }
            } finally {
                afterwards.run();
            }
        });
    }

    /**
     * Reads the body with a limit of its own, because Undertow's limit closes the connection and the client would get no
     * answer.
     */
    private void readBody(HttpServerExchange exchange, Consumer<byte[]> next) {
        BodyReader.Reader reader = new BodyReader.Reader() {
            @Override
            public void whole(byte[] body) {
                next.accept(body);
            }

            @Override
            public void refused(Answer answer) {
                // If the announced length is too long, the rest of the body is discarded and the connection stays
                // open: closing it could reset it before a client that still sends has read the answer.
                if (!exchange.isRequestComplete() && exchange.getRequestContentLength() <= maxBodyBytes) {
                    exchange.setPersistent(false);
                }
                send(exchange, answer);
            }

            @Override
            public void brokenOff(IOException e) {
                LOG.debug("Cannot read the request body", e);
                closeConnection(exchange);
            }
        };
        new BodyReader(exchange, maxBodyBytes, budget, reader).read();
    }

    private void answer(HttpServerExchange exchange, Route route, Supplier<Request> request) {
        try {
            Request received = request.get();
            ParsingMemory parsing = ParsingMemory.take(memory.parsing(), received.body());
            try {
                ResponseWriter.send(
                        exchange, route.endpoint().answer(received).get(), serviceVersion, memory.answers());
            } finally {
                parsing.giveBack();
            }
        } catch (Exception e) {
            fail(exchange, e);
        }
    }

    private void fail(HttpServerExchange exchange, Exception e) {
        if (e instanceof IOException && exchange.isResponseStarted()) {
            LOG.debug("The client closed the connection before the end of the answer", e);
            closeConnection(exchange);
            return;
        }
        String request = exchange.getRequestMethod() + " " + exchange.getRequestPath();
        Answer answer = failures.answer(request, e);
        if (exchange.isResponseStarted()) {
            // A part of the answer is sent. Closing the connection shows the client that the answer is incomplete.
            closeConnection(exchange);
        } else {
            send(exchange, answer);
        }
    }

    private void send(HttpServerExchange exchange, Answer answer) {
        try {
            ResponseWriter.send(exchange, answer, serviceVersion, memory.answers());
        } catch (Exception e) {
            LOG.debug("Cannot send an answer", e);
            closeConnection(exchange);
        }
    }

    private static void closeConnection(HttpServerExchange exchange) {
        try {
            exchange.getConnection().close();
        } catch (IOException e) {
            LOG.debug("Cannot close the connection", e);
        }
        // Completes the exchange, because the drain waits for every exchange that is not complete.
        exchange.endExchange();
    }

    /** A route and the segments of its path template. */
    private record Target(Route route, List<String> template) {

        boolean matches(List<String> segments) {
            for (int i = 0; i < template.size(); i++) {
                boolean fits = isParameter(i)
                        ? !segments.get(i).isEmpty()
                        : template.get(i).equals(segments.get(i));
                if (!fits) {
                    return false;
                }
            }
            return true;
        }

        long parameters() {
            return template.stream().filter(part -> part.startsWith("{")).count();
        }

        Map<String, String> parameters(List<String> segments) {
            Map<String, String> parameters = new HashMap<>();
            for (int i = 0; i < template.size(); i++) {
                if (isParameter(i)) {
                    String part = template.get(i);
                    parameters.put(part.substring(1, part.length() - 1), segments.get(i));
                }
            }
            return parameters;
        }

        private boolean isParameter(int i) {
            return template.get(i).startsWith("{");
        }
    }
}

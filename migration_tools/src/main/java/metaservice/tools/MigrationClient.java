package metaservice.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * HTTP client of one migration service. Sends another upgrade request only after the status showed that no upgrade
 * runs. Errors of the service and of the network are returned as an outcome, not thrown. Not thread-safe.
 */
final class MigrationClient {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * {@code v_1_0_1}, {@code latest} or a schema version. The version of the metadata service itself contains dots
     * and does not match.
     */
    private static final Pattern VERSION_NAME = Pattern.compile("\\w+");

    static final String UPGRADED = "upgrade success";

    private static final String UNCERTAIN = "; the upgrade may still be running, see db-status";
    private static final int MAX_DETAIL_LENGTH = 500;

    /** The service answers within 300 s. A gateway may have dropped a connection that is silent for longer. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(330);

    /**
     * Most consecutive status requests without a response, and most interrupted upgrade requests; about two minutes.
     */
    private static final int MAX_UNANSWERED = 10;

    private final URI base;
    private final Timeouts timeouts;
    private final HttpClient http;

    /** @param base address of the service, without a slash at its end */
    MigrationClient(URI base, Timeouts timeouts) {
        this.base = base;
        this.timeouts = timeouts;
        // HTTP/1.1, because some gateways reject a request that offers to switch to HTTP/2.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeouts.connect())
                .build();
    }

    /**
     * Requests the state of the schema.
     *
     * @param rendering converts the JSON object of the service to the result
     */
    Outcome schemaStatus(Function<JsonNode, Outcome.Done> rendering) throws InterruptedException {
        Reply reply = exchange("GET", "/db_schema_status", timeouts.response());
        return outcome(
                reply,
                body -> json(body)
                        .filter(status -> status.has("current_version"))
                        .map(rendering));
    }

    /**
     * Asks for the status every second until nothing is missing.
     *
     * @param missing what is missing, as a sentence; empty if the wait is over
     */
    Outcome await(Duration limit, Function<JsonNode, Optional<String>> missing) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Outcome outcome = schemaStatus(
                    status -> new Outcome.Done(missing.apply(status).orElse("")));
            String reason = outcome instanceof Outcome.Failed failed ? failed.text() : ((Outcome.Done) outcome).text();
            if (reason.isEmpty()) {
                return new Outcome.Done("ready");
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return new Outcome.Failed("not ready after " + seconds(limit) + ": " + reason);
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, timeouts.poll().toNanos()));
        }
    }

    /** Requests the name of the metadata service that is compatible with the schema. */
    Outcome serviceVersion() throws InterruptedException {
        Reply reply = exchange("GET", "/version", timeouts.response());
        return outcome(
                reply,
                body -> Optional.of(body.strip())
                        .filter(VERSION_NAME.asMatchPredicate())
                        .map(Outcome.Done::new));
    }

    /**
     * Upgrades to the newest schema and waits for the end, on whichever node the upgrade runs. While the service
     * answers 202, the request is repeated, which joins the running upgrade. After a gateway error or an incomplete
     * response, the status shows the outcome.
     */
    Outcome upgrade() throws InterruptedException {
        Backoff backoff = new Backoff(timeouts);
        InterruptedUpgrade interrupted = new InterruptedUpgrade(base);
        Reply reply = exchange("PATCH", "/upgrade", least(timeouts.upgrade(), LONGEST_ANSWER));
        for (int interruptions = 0; ; ) {
            if (isStillRunning(reply)) {
                backoff.pause();
            } else if (interruptions < MAX_UNANSWERED
                    && backoff.isTimeLeft()
                    && (interruptions == 0 ? isInterrupted(reply) : isUnanswered(reply))) {
                interruptions++;
                Optional<Outcome> ended = followStatus(interrupted, reply, backoff);
                if (ended.isPresent()) {
                    return ended.get();
                }
            } else {
                return upgradeOutcome(reply);
            }
            if (!backoff.isTimeLeft()) {
                return stillRunning();
            }
            reply = exchange("PATCH", "/upgrade", backoff.limited(LONGEST_ANSWER));
            if (reply instanceof Reply.NoResponse && !backoff.isTimeLeft()) {
                return stillRunning();
            }
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Outcome upgradeOutcome(Reply reply) {
        if (reply instanceof Reply.Answered answered && answered.status() == 404) {
            return new Outcome.Failed(base + " has no /upgrade: upgrades are disabled there"
                    + " (MF_MIGRATION_ENDPOINTS_ENABLED=0), or it is not a migration service");
        }
        return outcome(
                reply,
                body -> Optional.of(body.strip()).filter(UPGRADED::equals).map(Outcome.Done::new));
    }

    private Outcome stillRunning() {
        return new Outcome.Failed("the upgrade was still running after " + seconds(timeouts.upgrade())
                + "; it continues, and db-status shows when it ends");
    }

    /**
     * Polls the status until no upgrade runs.
     *
     * @param reply the response in place of the outcome; reported if the status cannot be read either
     * @return the outcome; empty if the upgrade must be requested again
     */
    private Optional<Outcome> followStatus(InterruptedUpgrade interrupted, Reply reply, Backoff backoff)
            throws InterruptedException {
        for (int unanswered = 0; unanswered < MAX_UNANSWERED; ) {
            backoff.pause();
            if (!backoff.isTimeLeft()) {
                return Optional.of(stillRunning());
            }
            Reply polled = exchange("GET", "/db_schema_status", backoff.limited(timeouts.response()));
            Optional<JsonNode> status = status(polled);
            if (status.isPresent()) {
                unanswered = 0;
                if (!interrupted.isRunning(status.get())) {
                    return interrupted.outcome(status.get());
                }
            } else if (isUnanswered(polled)) {
                unanswered++;
            } else {
                return Optional.of(outcome(polled, body -> Optional.empty()));
            }
        }
        return Optional.of(uncertain(outcome(reply, body -> Optional.empty())));
    }

    private static Outcome uncertain(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed && !failed.text().endsWith(UNCERTAIN)
                ? new Outcome.Failed(failed.text() + UNCERTAIN)
                : outcome;
    }

    private static Optional<JsonNode> status(Reply reply) {
        return reply instanceof Reply.Answered answered && answered.status() == 200
                ? json(answered.body()).filter(status -> status.has("current_version"))
                : Optional.empty();
    }

    /** The service may be running the upgrade although no response arrived; without a connection it is not. */
    private static boolean isInterrupted(Reply reply) {
        return isUnanswered(reply) && !(reply instanceof Reply.NoResponse noResponse && !noResponse.sent());
    }

    /** No response of the service itself, so a repeated request may succeed. */
    private static boolean isUnanswered(Reply reply) {
        return !(reply instanceof Reply.Answered answered) || answered.isOfGateway();
    }

    private static boolean isStillRunning(Reply reply) {
        return reply instanceof Reply.Answered answered && answered.status() == 202;
    }

    /**
     * @param result extracts the result from a successful response; empty if a migration service would not respond
     *     like that
     */
    private Outcome outcome(Reply reply, Function<String, Optional<Outcome.Done>> result) {
        if (reply instanceof Reply.NoResponse noResponse) {
            return new Outcome.Failed(noResponse.problem());
        }
        Reply.Answered answered = (Reply.Answered) reply;
        if (answered.status() == 404 || answered.status() == 405) {
            return notAMigrationService(answered);
        }
        if (answered.status() != 200) {
            return new Outcome.Failed(base + " answered " + answered.status() + ": " + detail(answered));
        }
        return result.apply(answered.body()).<Outcome>map(done -> done).orElseGet(() -> notAMigrationService(answered));
    }

    private Outcome notAMigrationService(Reply.Answered answered) {
        return new Outcome.Failed(base + " is not a migration service (default port 8082, set by"
                + " MF_MIGRATION_PORT): it answered " + answered.status() + ": " + detail(answered));
    }

    private Reply exchange(String method, String path, Duration timeout) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, BodyPublishers.noBody())
                .timeout(timeout)
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Reply.Answered(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (HttpConnectTimeoutException e) {
            return new Reply.NoResponse("no connection to " + base + " within " + seconds(timeouts.connect()), false);
        } catch (HttpTimeoutException e) {
            return new Reply.NoResponse(
                    "no answer from " + base + path + " within " + seconds(timeout) + uncertaintyNote(method), true);
        } catch (ConnectException e) {
            return new Reply.NoResponse("no connection to " + base + ": " + reason(e), false);
        } catch (IOException e) {
            return new Reply.NoResponse(
                    base + path + " sent an incomplete response: " + reason(e) + uncertaintyNote(method), true);
        }
    }

    private static String uncertaintyNote(String method) {
        return method.equals("PATCH") ? UNCERTAIN : "";
    }

    /** The first non-blank message in the chain of causes; an unknown host name has none. */
    private static String reason(IOException failure) {
        return Stream.<Throwable>iterate(failure, e -> e != null, Throwable::getCause)
                .map(Throwable::getMessage)
                .filter(message -> message != null && !message.isBlank())
                .findFirst()
                .orElse("connection refused or unknown host");
    }

    /**
     * The error message in a body: its {@code detail} or {@code message} if it is JSON, otherwise the text. What a gateway
     * or a web server returned is not shown, because it is not about the upgrade.
     */
    private static String detail(Reply.Answered answered) {
        String text = json(answered.body())
                .flatMap(json -> Stream.of("detail", "message")
                        .filter(json::hasNonNull)
                        .map(field -> json.get(field).asText())
                        .findFirst())
                .orElseGet(() -> textOrKind(answered));
        return text.length() <= MAX_DETAIL_LENGTH ? text : text.substring(0, MAX_DETAIL_LENGTH) + "...";
    }

    private static String textOrKind(Reply.Answered answered) {
        if (answered.body().isBlank()) {
            return "(empty body)";
        }
        if (answered.isHtml()) {
            return "(an HTML page)";
        }
        return answered.hasGatewayStatus() ? "(a text that is not of the migration service)" : answered.body();
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.of(JSON.readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() > 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}

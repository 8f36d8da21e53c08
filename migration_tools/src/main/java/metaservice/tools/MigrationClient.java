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
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Client of one migration service. An upgrade is asked for again only after the status said that none runs. Never throws
 * for what a service or a network can do; the outcome says it. For one thread.
 */
final class MigrationClient {

    private static final JsonMapper JSON = new JsonMapper();

    /** {@code v_1_0_1}, {@code latest} or a schema version; the metadata service's own version has dots. */
    private static final Pattern VERSION_NAME = Pattern.compile("\\w+");

    private static final String UPGRADED = "upgrade success";
    private static final int LONGEST_DETAIL = 500;

    /** What gateways answer in place of a service; the service itself answers 503 while it stops. */
    private static final Set<Integer> GATEWAY = Set.of(502, 503, 504);

    /** So many questions without an answer in a row, and so many upgrades cut off, are the end: about two minutes. */
    private static final int LONGEST_SILENCE = 10;

    private final URI base;
    private final Timeouts patience;
    private final HttpClient http;

    /** @param base address of the service, without a slash at its end */
    MigrationClient(URI base, Timeouts patience) {
        this.base = base;
        this.patience = patience;
        // HTTP/1.1, because an offer of HTTP/2 in the first request is more than some gateways bear.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience.connect())
                .build();
    }

    /**
     * Asks for the state of the schema.
     *
     * @param rendering makes the result's text of the service's JSON object
     */
    Outcome schemaStatus(Function<JsonNode, String> rendering) throws InterruptedException {
        Reply reply = exchange("GET", "/db_schema_status", patience.answer());
        return outcome(
                reply,
                body -> json(body)
                        .filter(status -> status.has("current_version"))
                        .map(rendering));
    }

    /** Asks for the name of the metadata service that fits the schema. */
    Outcome serviceVersion() throws InterruptedException {
        Reply reply = exchange("GET", "/version", patience.answer());
        return outcome(reply, body -> Optional.of(body.strip()).filter(VERSION_NAME.asMatchPredicate()));
    }

    /**
     * Upgrades to the newest schema and follows that to its end, whichever node does it. While the service answers that
     * an upgrade is still running, it is asked again, which joins that upgrade. After an answer that a gateway gave or
     * that did not arrive, the status tells what became of the upgrade.
     */
    Outcome upgrade() throws InterruptedException {
        Backoff backoff = new Backoff(patience);
        Reply reply = exchange("PATCH", "/upgrade", patience.upgrade());
        for (int cut = 0; ; ) {
            if (isStillRunning(reply)) {
                backoff.pause();
            } else if (cut < LONGEST_SILENCE && isCutOff(reply) && backoff.isTimeLeft()) {
                cut++;
                Optional<Outcome> ended = followStatus(reply, backoff);
                if (ended.isPresent()) {
                    return ended.get();
                }
            } else {
                return upgradeOutcome(reply);
            }
            if (!backoff.isTimeLeft()) {
                return stillRunning();
            }
            reply = exchange("PATCH", "/upgrade", backoff.left());
            if (reply instanceof Reply.Missing && !backoff.isTimeLeft()) {
                return stillRunning();
            }
        }
    }

    private Outcome upgradeOutcome(Reply reply) {
        if (reply instanceof Reply.Answered answered && answered.status() == 404) {
            return new Outcome.Failed(base + " has no /upgrade: upgrades are switched off there"
                    + " (MF_MIGRATION_ENDPOINTS_ENABLED=0), or it is not a migration service");
        }
        return outcome(reply, body -> Optional.of(body.strip()).filter(UPGRADED::equals));
    }

    private Outcome stillRunning() {
        return new Outcome.Failed("the upgrade was still running after " + seconds(patience.upgrade())
                + "; it goes on, and db-status shows when it is done");
    }

    /**
     * Asks for the status until no upgrade runs.
     *
     * @param cut what came instead of the outcome; told if the status cannot be had either
     * @return the outcome; empty if the service has to be asked to upgrade again, because no upgrade was seen
     */
    private Optional<Outcome> followStatus(Reply cut, Backoff backoff) throws InterruptedException {
        boolean seen = false;
        for (int silent = 0; silent < LONGEST_SILENCE; ) {
            backoff.pause();
            if (!backoff.isTimeLeft()) {
                return Optional.of(stillRunning());
            }
            Reply reply = exchange("GET", "/db_schema_status", backoff.atMost(patience.answer()));
            Optional<JsonNode> status = status(reply);
            if (status.isEmpty()) {
                if (!isUnanswered(reply)) {
                    return Optional.of(outcome(reply, body -> Optional.empty()));
                }
                silent++;
                continue;
            }
            silent = 0;
            if (status.get().path("is_up_to_date").asBoolean()) {
                return Optional.of(new Outcome.Done(UPGRADED));
            }
            if (!status.get().path("migration_in_progress").asBoolean()) {
                return seen ? failure(status.get()) : Optional.empty();
            }
            seen = true;
        }
        return Optional.of(outcome(cut, body -> Optional.empty()));
    }

    /** What the status says of the upgrade that was running a moment ago; empty if it was interrupted. */
    private Optional<Outcome> failure(JsonNode status) {
        JsonNode last = status.path("last_upgrade");
        return last.path("outcome").asText().equals("failed")
                ? Optional.of(new Outcome.Failed(
                        base + ": the upgrade failed: " + last.path("detail").asText()))
                : Optional.empty();
    }

    private static Optional<JsonNode> status(Reply reply) {
        return reply instanceof Reply.Answered answered && answered.status() == 200
                ? json(answered.body()).filter(status -> status.has("current_version"))
                : Optional.empty();
    }

    /** The upgrade may be running all the same; without a connection it was not asked for. */
    private static boolean isCutOff(Reply reply) {
        return isUnanswered(reply) && !(reply instanceof Reply.Missing missing && !missing.sent());
    }

    /** Nothing came from the service itself, so that asking again may help. */
    private static boolean isUnanswered(Reply reply) {
        return !(reply instanceof Reply.Answered answered) || GATEWAY.contains(answered.status());
    }

    private static boolean isStillRunning(Reply reply) {
        return reply instanceof Reply.Answered answered && answered.status() == 202;
    }

    /** @param result the result in the body of a success; empty if no migration service would answer like that */
    private Outcome outcome(Reply reply, Function<String, Optional<String>> result) {
        if (reply instanceof Reply.Missing missing) {
            return new Outcome.Failed(missing.problem());
        }
        Reply.Answered answered = (Reply.Answered) reply;
        if (answered.status() == 404 || answered.status() == 405) {
            return notAMigrationService(answered);
        }
        if (answered.status() != 200) {
            return new Outcome.Failed(base + " answered " + answered.status() + ": " + detail(answered.body()));
        }
        return result.apply(answered.body())
                .<Outcome>map(Outcome.Done::new)
                .orElseGet(() -> notAMigrationService(answered));
    }

    private Outcome notAMigrationService(Reply.Answered answered) {
        return new Outcome.Failed(base + " is not a migration service (its port is 8082 unless MF_MIGRATION_PORT says"
                + " otherwise): it answered " + answered.status() + ": " + detail(answered.body()));
    }

    private Reply exchange(String method, String path, Duration timeout) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, BodyPublishers.noBody())
                .timeout(timeout)
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Reply.Answered(response.statusCode(), response.body());
        } catch (HttpConnectTimeoutException e) {
            return new Reply.Missing("no connection to " + base + " within " + seconds(patience.connect()), false);
        } catch (HttpTimeoutException e) {
            return new Reply.Missing(
                    "no answer from " + base + path + " within " + seconds(timeout) + unsure(method), true);
        } catch (ConnectException e) {
            return new Reply.Missing("no connection to " + base + ": " + reason(e), false);
        } catch (IOException e) {
            return new Reply.Missing(base + path + " did not answer completely: " + reason(e) + unsure(method), true);
        }
    }

    private static String unsure(String method) {
        return method.equals("PATCH") ? "; the upgrade may be running all the same, db-status shows it" : "";
    }

    /** The innermost message; for a host name that does not exist there is none, only the kind of failure. */
    private static String reason(IOException failure) {
        return Stream.<Throwable>iterate(failure, e -> e != null, Throwable::getCause)
                .map(Throwable::getMessage)
                .filter(message -> message != null && !message.isBlank())
                .findFirst()
                .orElse("connection refused or unknown host");
    }

    /** What a body says of a failure: its {@code detail} or {@code message} if it is JSON, else its text. */
    private static String detail(String body) {
        String text = json(body)
                .flatMap(json -> Stream.of("detail", "message")
                        .filter(json::hasNonNull)
                        .map(field -> json.get(field).asText())
                        .findFirst())
                .orElse(body.isBlank() ? "(nothing)" : body.strip().startsWith("<") ? "(a page for browsers)" : body);
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "...";
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

package metaservice.tools.rehearse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import metaservice.tools.database.DatabaseProblem;

/** Sends requests to the launcher of a rehearsal. Thread-safe. */
final class ServiceClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** Sends a GET request. */
    Answer get(URI base, String path) throws DatabaseProblem, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + path)).GET().timeout(ANSWER));
    }

    /** Sends a POST request with JSON. */
    Answer post(URI base, String path, String body) throws DatabaseProblem, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .timeout(ANSWER));
    }

    private Answer send(HttpRequest.Builder builder) throws DatabaseProblem, InterruptedException {
        HttpRequest request = builder.build();
        try {
            var response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The launcher on the copy did not answer " + request.method() + " "
                            + request.uri().getPath() + ": " + e,
                    e);
        }
    }

    /** The JSON of a body; a missing node if it is none. */
    static JsonNode json(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}

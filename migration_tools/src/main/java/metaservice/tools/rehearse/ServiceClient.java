package metaservice.tools.rehearse;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import metaservice.tools.database.DatabaseProblem;

/** Sends requests to the launcher of a rehearsal. Thread-safe. */
final class ServiceClient {

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
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return Answer.read(response.statusCode(), body);
            }
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The launcher on the copy did not answer " + request.method() + " "
                            + request.uri().getPath() + ": " + e,
                    e);
        }
    }
}

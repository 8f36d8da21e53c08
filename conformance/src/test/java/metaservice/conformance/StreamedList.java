package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * A summary of a JSON list that was parsed token by token, because neither its text nor its tree would fit into the
 * memory of the test together with others.
 *
 * @param rows number of objects
 * @param characters total length of all string values, without member names
 * @param nextCursor cursor of the next page; empty on the last page
 */
record StreamedList(int rows, long characters, Optional<String> nextCursor) {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** Reads a list; fails unless it is complete, valid JSON. */
    static StreamedList get(URI service, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(service.resolve(path)).timeout(DEADLINE).build();
        HttpResponse<InputStream> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body();
                JsonParser json = new JsonFactory().createParser(body)) {
            assertEquals(200, answer.statusCode(), path);
            return read(json, answer.headers().firstValue("X-Next-Cursor"));
        }
    }

    private static StreamedList read(JsonParser json, Optional<String> nextCursor) throws IOException {
        JsonToken last = json.nextToken();
        assertEquals(JsonToken.START_ARRAY, last);
        int rows = 0;
        long characters = 0;
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
            last = token;
            if (token == JsonToken.START_OBJECT) {
                rows++;
            } else if (token == JsonToken.VALUE_STRING) {
                characters += json.getTextLength();
            }
        }
        assertEquals(JsonToken.END_ARRAY, last);
        return new StreamedList(rows, characters, nextCursor);
    }
}

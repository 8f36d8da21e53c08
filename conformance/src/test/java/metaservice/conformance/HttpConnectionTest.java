package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String PONG = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong";

    @ParameterizedTest
    @ValueSource(
            strings = {"//flows", "/flows//runs", "/%66lows", "/flows/a b", "/flows/é", "/a/../b", "/flows/{x}|\"<>^`"})
    void pathsAreSentByteForByte(String path) throws IOException {
        try (RawServer server = new RawServer(request -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(get(path));
            assertEquals("GET " + path + " HTTP/1.1", server.received().get(0).requestLine());
        }
    }

    @ParameterizedTest(name = "query {0} makes {1}")
    @CsvSource(
            nullValues = "none",
            value = {"none, /p", "'', /p?", "a=%20&&=?, /p?a=%20&&=?"})
    void queriesAreSentByteForByteAndAnEmptyOneIsNotNone(String query, String target) throws IOException {
        Request request = new Request("GET", "/p", Optional.ofNullable(query), NullNode.getInstance(), Map.of());
        try (RawServer server = new RawServer(any -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(request);
            assertEquals("GET " + target + " HTTP/1.1", server.received().get(0).requestLine());
        }
    }

    @Test
    void theBasePathIsPutBeforeThePath() throws IOException {
        try (RawServer server = new RawServer(request -> PONG);
                HttpConnection http = new HttpConnection(URI.create(server.address() + "/api/metadata/"), TIMEOUT)) {
            http.send(get("/ping"));
            assertEquals(
                    "GET /api/metadata/ping HTTP/1.1", server.received().get(0).requestLine());
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "POST  | {\"a\":[1,1.5,\"\\u00e9\\ud800\"]} | {\"a\":[1,1.5,\"\\u00E9\\uD800\"]}",
                "POST  | {\"raw\":\" no json \\u00e9\"}      | ' no json é'",
                "PATCH | {\"raw\":\"\"}                      | ''",
                "POST  | {\"raw\":\"x\",\"y\":1}             | {\"raw\":\"x\",\"y\":1}"
            })
    void bodiesAreJsonOrTheRawText(String method, String body, String sent) throws IOException {
        Request request = new Request(method, "/", Optional.empty(), json(body), Map.of());
        try (RawServer server = new RawServer(any -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(request);
            assertEquals(sent, server.received().get(0).body());
            assertTrue(server.received().get(0).head().contains("Content-Type: application/json"));
        }
    }

    @Test
    void aRequestWithoutBodyHasContentLengthZeroAndNoContentType() throws IOException {
        Request request = new Request("PATCH", "/upgrade", Optional.empty(), NullNode.getInstance(), Map.of());
        try (RawServer server = new RawServer(any -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(request);
            String head = server.received().get(0).head();
            assertTrue(head.contains("Content-Length: 0"), head);
            assertFalse(head.contains("Content-Type"), head);
        }
    }

    @Test
    void recordedHeadersReplaceTheDefaults() throws IOException {
        Request request = new Request("POST", "/", Optional.empty(), json("{}"), Map.of("content-type", "text/plain"));
        try (RawServer server = new RawServer(any -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(request);
            String head = server.received().get(0).head().toLowerCase(Locale.ROOT);
            assertTrue(head.contains("content-type: text/plain"), head);
            assertFalse(head.contains("application/json"), head);
        }
    }

    @Test
    void manyRequestsShareOneConnection() throws IOException {
        try (RawServer server = new RawServer(request -> PONG);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            for (int i = 0; i < 5; i++) {
                assertEquals("pong", http.send(get("/ping")).text());
            }
            assertEquals(1, server.connections());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\npo\r\n2\r\nng\r\n0\r\nTrailer: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npong",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong"
            })
    void everyFramingOfABodyIsReadAndTheNextRequestWorks(String answer) throws IOException {
        try (RawServer server = new RawServer(request -> answer);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            assertEquals("pong", http.send(get("/ping")).text());
            assertEquals("pong", http.send(get("/ping")).text());
        }
    }

    @Test
    void headAnswersHaveNoBodyWithAnyContentLength() throws IOException {
        Request head = new Request("HEAD", "/ping", Optional.empty(), NullNode.getInstance(), Map.of());
        Iterator<String> answers =
                List.of("HTTP/1.1 405 No\r\nContent-Length: 20\r\n\r\n", PONG).iterator();
        try (RawServer server = new RawServer(request -> answers.next());
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            assertEquals(405, http.send(head).status());
            assertEquals("pong", http.send(get("/ping")).text());
        }
    }

    @Test
    void headerNamesIgnoreCaseAndRepeatedHeadersAreJoined() throws IOException {
        String answer = "HTTP/1.1 405 No\r\nallow: GET\r\nAllow:PATCH \r\nContent-Length: 0\r\n\r\n";
        try (RawServer server = new RawServer(request -> answer);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            assertEquals("GET, PATCH", http.send(get("/ping")).header("ALLOW").orElseThrow());
        }
    }

    @Test
    void aKeptConnectionThatTheServiceHasClosedIsOpenedAgain() throws IOException {
        Iterator<String> answers = List.of(PONG, "", PONG).iterator();
        try (RawServer server = new RawServer(request -> answers.next());
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            http.send(get("/ping"));
            assertEquals("pong", http.send(get("/ping")).text());
            assertEquals(2, server.connections());
        }
    }

    @Test
    void aNewConnectionThatTheServiceClosesIsAFailure() throws IOException {
        try (RawServer server = new RawServer(request -> "");
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            assertThrows(IOException.class, () -> http.send(get("/ping")));
            assertEquals(1, server.received().size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\npong",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nz\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\n no colon\r\n\r\n",
                "SSH-2.0 Connection: close\r\n\r\n"
            })
    void brokenAnswersAreFailures(String answer) throws IOException {
        try (RawServer server = new RawServer(request -> answer);
                HttpConnection http = new HttpConnection(server.address(), TIMEOUT)) {
            assertThrows(IOException.class, () -> http.send(get("/ping")));
        }
    }

    @Test
    void aSilentServiceEndsInATimeout() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try (RawServer server = new RawServer(request -> {
                    awaitQuietly(never);
                    return "";
                });
                HttpConnection http = new HttpConnection(server.address(), Duration.ofMillis(200))) {
            assertThrows(IOException.class, () -> http.send(get("/ping")));
        } finally {
            never.countDown();
        }
    }

    @Test
    void aLineBreakInThePathIsRefused() {
        try (HttpConnection http = new HttpConnection(URI.create("http://127.0.0.1:1"), TIMEOUT)) {
            assertThrows(IllegalArgumentException.class, () -> http.send(get("/a\r\nHost: b")));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Request get(String path) {
        return new Request("GET", path, Optional.empty(), NullNode.getInstance(), Map.of());
    }

    private static JsonNode json(String text) {
        return Json.parse(text).orElseThrow();
    }
}

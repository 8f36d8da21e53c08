package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad requests are answered with a 4xx and a JSON body without stack traces, and they log no error. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private static final int LONGEST_BODY = 64 * 1024;
    private static final String TASK = "/flows/F/runs/1/steps/start/tasks/1";

    @AutoClose
    private final TestDatabase database = TestDatabases.newest();

    @AutoClose
    private LauncherProcess launcher;

    @AutoClose
    private HttpConnection http;

    @BeforeAll
    void startAndFill() throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_MAX_BODY_BYTES", Integer.toString(LONGEST_BODY));
        launcher = LauncherProcess.start(environment);
        http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT);
        for (String path : new String[] {
            "/flows/F", "/flows/F/run", "/flows/F/runs/1/steps/start/step", "/flows/F/runs/1/steps/start/task"
        }) {
            Answer created = send("POST", path, json("{\"user_name\": \"alice\"}"));
            assertEquals(200, created.status(), path);
        }
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (launcher != null) { // it may not have started
            launcher.stop();
        }
    }

    /** The paths that take a body, each with the expectation that the error message states. */
    @ParameterizedTest(name = "POST {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/flows/New                                  | object",
                "/flows/F/run                                | object",
                "/flows/F/runs/1/steps/new/step              | object",
                "/flows/F/runs/1/steps/start/task            | object",
                TASK + "/metadata                            | array",
                TASK + "/artifact                            | array"
            })
    void bodiesOfTheWrongFormAreRefused(String path, String expected) {
        String wrongType = expected.equals("object") ? "[]" : "{\"a\": 1}";
        String tooDeep = "[".repeat(20_000);
        assertAll(Stream.of(
                        "", "{", "not json", "5", "true", "\"text\"", "null", "[1]", "{} {}", "\0", wrongType, tooDeep)
                .map(text -> () -> assertRefused(send("POST", path, raw(text)), path + " with '" + text + "'")));
    }

    /** Many clients send UTF-8 as it is. It means the same as its percent-encoded form. */
    @Test
    void unescapedUtf8InTheRequestLineIsAccepted() throws IOException {
        Answer created = send("POST", "/flows/fl\u00f6w\ud83d\ude00", json("{\"user_name\": \"alice\"}"));
        assertEquals(200, created.status(), created::text);
        Answer encoded = send("GET", "/flows/fl%C3%B6w%F0%9F%98%80", NullNode.getInstance());
        assertEquals("fl\u00f6w\ud83d\ude00", encoded.body().path("flow_id").textValue());
        Answer unescaped = send("GET", "/flows/fl\u00f6w\ud83d\ude00", NullNode.getInstance());
        assertEquals(encoded.body(), unescaped.body());
        Answer missing = send("GET", "/fl\u00f6ws", NullNode.getInstance());
        assertEquals(404, missing.status());
        assertEquals("no such path: /fl\u00f6ws", missing.body().path("message").textValue());
    }

    @Test
    void unescapedUtf8InTheQueryIsAccepted() throws IOException {
        assertEquals(
                200,
                send("POST", "/flows/F/run", json("{\"tags\": [\"\u00e4\"]}")).status());
        String filtered = "/flows/F/runs?_tags:any=";
        Answer unescaped = send("GET", filtered + "\u00e4", NullNode.getInstance());
        assertEquals(1, unescaped.body().size(), unescaped::text);
        assertEquals(send("GET", filtered + "%C3%A4", NullNode.getInstance()).body(), unescaped.body());
    }

    /** Bytes that are no UTF-8, control characters and a fragment. The reference accepts the other characters here. */
    @ParameterizedTest(name = "{index}: {1}")
    @CsvSource({
        "/flows/\u00e9, 400",
        "/flows/\u00ff\u00fe, 400",
        "/flows/a\u00c3, 400",
        "'/flows/a\u0001b', 400",
        "'/flows/a\tb', 400",
        "'/flows/a\u007fb', 400",
        "'/flows/a\u0000b', 400",
        "'/flows?a=\u001f', 400",
        "'/flows/a#b', 400",
        "'/flows/a\rb', 400",
        "'/flows/a\nb', 400",
        "'/flows/a<b>\"^`|\\', 404",
        "'/flows?a=\u00e9', 200",
        "'/flows?a={b|c}', 200"
    })
    void otherBytesInTheRequestLine(String target, int status) throws IOException {
        byte[] request = ("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        RawExchange exchange = RawExchange.of(launcher.metadata(), request, Duration.ofSeconds(20));
        assertEquals(List.of(status), exchange.statuses(), exchange::start);
        assertTrue(exchange.ended(), exchange::start);
    }

    @ParameterizedTest(name = "PATCH tag/mutate {0}")
    @ValueSource(
            strings = {
                "[]",
                "{\"tags_to_add\": 5}",
                "{\"tags_to_add\": \"a\"}",
                "{\"tags_to_add\": [1]}",
                "{\"tags_to_remove\": {\"a\": 1}}",
                "{\"tags_to_add\": [\"a\\u0000b\"]}"
            })
    void tagsOfTheWrongTypeAreRefused(String body) throws IOException {
        assertRefused(send("PATCH", "/flows/F/runs/1/tag/mutate", json(body)), body);
    }

    @ParameterizedTest(name = "POST {0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/flows/Nul                       | {\"user_name\": \"a\\u0000b\"}",
                "/flows/Nul                       | {\"tags\": [\"a\\u0000b\"]}",
                "/flows/Nul                       | {\"user_name\": \"\\ud800\"}",
                "/flows/a%00b                     | {\"user_name\": \"alice\"}",
                "/flows/F/run                     | {\"run_number\": \"x\\u0000\"}",
                "/flows/F/run                     | {\"run_number\": 5}",
                "/flows/F/run                     | {\"run_number\": \"5\"}",
                "/flows/F/runs/1/steps/start/task | {\"task_id\": \"5\"}",
                "/flows/F/runs/9/steps/start/step | {}",
                "/flows/F/runs/9/steps/start/task | {}",
                "/flows/F/runs/1/steps/nope/task  | {}",
                "/flows/None/run                  | {}",
                "/flows/F/runs/1/steps/start/tasks/99/metadata | [{\"field_name\": \"a\", \"value\": \"b\"}]",
                "/flows/F/runs/1/steps/start/tasks/99/artifact | [{\"name\": \"a\", \"location\": \"b\"}]",
                "/flows/F                         | {\"user_name\": \"alice\"}"
            })
    void valuesThatCannotBeStoredAreRefused(String path, String body) throws IOException {
        assertRefused(send("POST", path, json(body)), path + " with " + body);
    }

    @Test
    void valuesLongerThanTheirColumnsAreRefused() throws IOException {
        String text = "x".repeat(300);
        assertRefused(send("POST", "/flows/" + text, json("{}")), "a long flow id");
        assertRefused(send("POST", "/flows/Long", json("{\"user_name\": \"" + text + "\"}")), "a long user name");
        assertRefused(send("POST", "/flows/F/runs/1/steps/" + text + "/step", json("{}")), "a long step name");
    }

    @Test
    void aBodyOverTheLimitIs413() throws IOException {
        Answer answer = send("POST", "/flows/Big", json("{\"tags\": [\"" + "x".repeat(LONGEST_BODY) + "\"]}"));
        assertEquals(413, answer.status());
        assertNoInternals(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/flows/None",
                "/flows/F/runs/99",
                "/flows/F/runs/nope",
                "/flows/F/runs/99999999999999999999999",
                "/flows/F/runs/-1",
                "/flows/F/runs/1/steps/nope",
                "/flows/F/runs/1/steps/start/tasks/99",
                "/flows/F/runs/1/steps/start/tasks/99999999999999999999999",
                "/flows/a%00b",
                "/flows/%ff%fe",
                "/flows/%zz",
                "/nowhere",
                "/flows/F/nowhere"
            })
    void missingResourcesAre4xx(String path) throws IOException {
        Answer answer = send("GET", path, NullNode.getInstance());
        assertTrue(answer.status() >= 400 && answer.status() < 500, path + ": " + answer);
        assertNoInternals(answer);
    }

    @Test
    void moreFilterValuesThanAStatementHasParametersAreRefused() throws IOException {
        Optional<String> query = Optional.of("user_name=" + ",".repeat(50_000));
        assertRefused(
                http.send(new Request("GET", "/flows/F/runs", query, NullNode.getInstance(), Map.of())), "many values");
    }

    @ParameterizedTest
    @CsvSource({"DELETE, /flows/F", "PUT, /flows/F", "POST, /ping", "PATCH, /flows", "BREW, /flows"})
    void unsupportedMethodsAre405(String method, String path) throws IOException {
        Answer answer = send(method, path, NullNode.getInstance());
        assertEquals(405, answer.status());
        assertTrue(answer.header("Allow").isPresent(), answer::toString);
        assertNoInternals(answer);
    }

    @Test
    void badRequestsLogNoError() throws IOException {
        assertRefused(send("POST", "/flows/New", raw("{")), "malformed");
        assertEquals(List.of(), launcher.errors());
        assertFalse(launcher.log().contains("\tat "), launcher::log);
    }

    /** The status is 4xx, and the body is JSON with a message. */
    private static void assertRefused(Answer answer, String what) {
        assertTrue(answer.status() >= 400 && answer.status() < 500, what + ": " + answer);
        assertEquals(Optional.of("application/json"), answer.header("Content-Type"), what + ": " + answer);
        assertFalse(Json.isText(answer.body()), what + ": " + answer);
        assertFalse(answer.text().isBlank(), what);
        assertNoInternals(answer);
    }

    private static void assertNoInternals(Answer answer) {
        assertTrue(answer.status() < 500, answer::toString);
        assertFalse(answer.text().contains("at metaservice"), answer::text);
        assertFalse(answer.text().contains("Exception"), answer::text);
        assertFalse(answer.text().contains("com.fasterxml"), answer::text);
    }

    private Answer send(String method, String path, JsonNode body) throws IOException {
        return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
    }

    private static JsonNode json(String text) {
        return Json.parse(text).orElseThrow();
    }

    private static JsonNode raw(String text) {
        return JsonNodeFactory.instance.objectNode().put("raw", text);
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

    @ParameterizedTest(name = "{0}: ''{1}'' and ''{2}''")
    @CsvSource(
            nullValues = "none",
            value = {
                "Content-Type, text/plain; charset=utf-8, text/plain;charset=UTF-8, ''",
                "Content-Type, text/plain, application/json, 'header Content-Type: ''application/json'', expected ''text/plain'''",
                "Allow, 'GET,POST', 'POST, GET', ''",
                "Allow, 'GET', 'GET, POST', 'header Allow: ''GET, POST'', expected ''GET'''",
                "X-Limit, 50, 51, 'header X-Limit: ''51'', expected ''50'''",
                "X-Next-Cursor, abc, xyz, ''",
                "X-Next-Cursor, abc, none, header X-Next-Cursor missing",
                "METADATA_SERVICE_VERSION, 2.5.1, 2.5.2, 'header METADATA_SERVICE_VERSION: ''2.5.2'', expected ''2.5.1'''"
            })
    void recordedHeadersAreRequired(String name, String want, String got, String problem) {
        Map<String, String> answered = got == null ? Map.of() : Map.of(name, got);
        List<String> problems =
                Comparison.problems(expected(200, Map.of(name, want), "{}", "{}"), new Answer(200, answered, "{}"));
        assertEquals(problem.isEmpty() ? List.of() : List.of(problem), problems);
    }

    @Test
    void additionalHeadersAreAllowedExceptXNextCursor() {
        Map<String, String> more = Map.of("Date", "today", "X-Next-Cursor", "abc");
        assertEquals(
                List.of("header X-Next-Cursor unexpected"),
                Comparison.problems(expected(200, Map.of(), "{}", "{}"), new Answer(200, more, "{}")));
    }

    @ParameterizedTest(name = "{0} where {1} is recorded and {2} allowed is fine: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | 500 | [\"4xx\"]         | true",
                "499 | 500 | [\"4xx\"]         | true",
                "503 | 500 | [\"4xx\"]         | false",
                "503 | 500 | [\"4xx\",\"503\"] | true",
                "504 | 500 | [\"503\"]         | false",
                "500 | 500 | [\"4xx\"]         | true",
                "200 | 404 | []                | false"
            })
    void otherStatusesAreAcceptedIfTheRecordingAllowsThem(int got, int want, String also, boolean fine) {
        String match = "{\"any_body\": true, \"also\": " + also + "}";
        List<String> problems =
                Comparison.problems(expected(want, Map.of(), "{}", match), new Answer(got, Map.of(), "oops"));
        assertEquals(fine, problems.isEmpty(), problems::toString);
    }

    @Test
    void withTheRecordedStatusBodyAndHeadersAreCompared() {
        String match = "{\"also\": [\"4xx\"]}";
        Expectation expected = expected(500, Map.of("X", "1"), "{\"a\": 1}", match);
        assertEquals(
                List.of("header X missing", "body.a: 2, expected 1"),
                Comparison.problems(expected, new Answer(500, Map.of(), "{\"a\": 2}")));
    }

    @Test
    void anyBodyComparesStatusAndAllow() {
        Map<String, String> headers = Map.of("Allow", "GET", "Content-Type", "text/plain");
        Expectation expected = expected(405, headers, "{\"text\": \"405\"}", "{\"any_body\": true}");
        assertEquals(
                List.of("header Allow: 'PUT', expected 'GET'"),
                Comparison.problems(expected, new Answer(405, Map.of("Allow", "PUT"), "<html>")));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"{\\\"err_msg\\\":{\\\"pgcode\\\":\\\"23505\\\",\\\"x\\\":1}}\" | {\"err_msg\":{\"pgcode\":\"23505\"}} | true",
                "{\"err_msg\":{\"pgcode\":\"23505\"}} | {\"err_msg\":{\"pgcode\":\"23503\"}} | false",
                "{\"err_msg\":{\"pgcode\":\"23505\"}} | {\"err_msg\":\"23505\"}              | false",
                "{\"err_msg\":{\"pgcode\":null}}      | {\"err_msg\":{}}                     | false",
                "{\"err_msg\":\"one\"}                | {\"err_msg\":\"two\"}                | true"
            })
    void pgcodeComparesNothingElse(String want, String got, boolean fine) {
        List<String> problems = Comparison.problems(
                expected(409, Map.of(), want, "{\"pgcode\": true}"), new Answer(409, Map.of(), got));
        assertEquals(fine, problems.isEmpty(), problems::toString);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "pong     | {\"text\":\"pong\"}",
                "5        | {\"text\":\"5\"}",
                "true     | {\"text\":\"true\"}",
                "null     | null",
                "\"x\"    | \"x\"",
                "[1]      | [1]",
                "[1] 2    | {\"text\":\"[1] 2\"}",
                "~~       | {\"text\":\"\"}"
            })
    void onlyObjectsArraysStringsAndNullAreJsonBodies(String text, String body) {
        assertEquals(body, Json.write(new Answer(200, Map.of(), text).body()));
    }

    @Test
    void anUnknownRuleIsRefused() {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> Match.of(Json.parse("{\"fuzzy\": true}").orElseThrow()));
        assertTrue(refusal.getMessage().contains("[fuzzy]"), refusal::getMessage);
    }

    private static Expectation expected(int status, Map<String, String> headers, String body, String match) {
        return new Expectation(
                status,
                headers,
                Json.parse(body).orElseThrow(),
                Match.of(Json.parse(match).orElseThrow()));
    }
}

package metaservice.tools.rehearse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerComparisonTest {

    private static final String REQUEST = "GET /flows/F/runs/7/steps";
    private static final ServiceVersion V1 = new ServiceVersion(1, 0, 1);
    private static final ServiceVersion V2 = new ServiceVersion(2, 5, 1);
    private static final ServiceVersion V3 = new ServiceVersion(3, 0, 0);

    @ParameterizedTest(name = "{0} {1} -> {2} {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "200 | {'a': 1}                 | 200 | {'a': 1}                     | none | none",
                "200 | {'a': 1}                 | 200 | {'a': 1, 'b': 2}             | none | member b",
                "200 | {'a': 1}                 | 200 | {}                           | GET /flows/F/runs/7/steps: a is missing | none",
                "200 | {'a': 1}                 | 200 | {'a': 2}                     | GET /flows/F/runs/7/steps: a was 1, is 2 | none",
                "200 | {'a': {'b': [1, 2]}}     | 200 | {'a': {'b': [1, 3]}}         | GET /flows/F/runs/7/steps: a.b was 2, is 3 | none",
                "200 | [{'id': 1}, {'id': 2}]   | 200 | [{'id': 2}, {'id': 1}]       | none | none",
                "200 | [{'id': 1}]              | 200 | [{'id': 1}, {'id': 2}]       | GET /flows/F/runs/7/steps: the list had 1 elements, has 2 | none",
                "200 | [{'id': 1, 'a': 1}, {'id': 2, 'a': 1}] | 200 | [{'id': 1, 'a': 2}, {'id': 2, 'a': 2}]"
                        + " | GET /flows/F/runs/7/steps: a was 1, is 2 (and 1 alike) | none",
                "404 | 404: Not Found           | 200 | []                           | none | GET /flows/{flow_id}/runs/{run_number}/steps",
                "404 | {'message': 'a'}         | 404 | {'message': 'b'}             | none | none",
                "200 | []                       | 404 | {}                           | GET /flows/F/runs/7/steps: status 200 became 404 | none",
                "500 | x                        | 500 | x                            | GET /flows/F/runs/7/steps: fails with status 500 before and after | none"
            })
    void answersAboutTheSameRowsAreCompared(
            int before, String oldBody, int after, String newBody, String difference, String added) {
        AnswerComparison comparison = new AnswerComparison(List.of())
                .addReads(Map.of(REQUEST, answer(before, oldBody)), Map.of(REQUEST, answer(after, newBody)));
        assertEquals(difference == null ? List.of() : List.of(difference), comparison.differences());
        assertEquals(added == null ? Set.of() : Set.of(added), comparison.added());
    }

    @Test
    void longAnswersAreNotCompared() {
        Map<String, Answer> before = Map.of(REQUEST, answer(200, "[" + " ".repeat(Answer.LONGEST) + "]"));
        Map<String, Answer> after = Map.of(REQUEST, answer(200, "[1]"));
        AnswerComparison comparison = new AnswerComparison(List.of()).addReads(before, after);
        assertEquals(1, comparison.tooLong());
        assertEquals(List.of(), comparison.differences());
    }

    @Test
    void answersAboutNewRowsMayHaveOtherValues() {
        AnswerComparison comparison = new AnswerComparison(List.of())
                .addWrites(
                        Map.of("POST /flows/F/run", answer(200, "{'run_number': 7, 'user_name': 'u'}")),
                        Map.of("POST /flows/F/run", answer(200, "{'run_number': 8, 'user_name': null}")));
        assertEquals(List.of("POST /flows/F/run: user_name was \"u\", is null"), comparison.differences());
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /flows/F/runs/7/steps          | [{'run_number': 7}]   | [{'run_number': '7'}]",
                "GET /flows/F/runs/7/artifacts      | [{'tags': []}]        | [{'tags': ['t']}]",
                "GET /flows/F/runs/7/metadata       | [{'ts_epoch': 1}]     | [{'ts_epoch': 2}]",
                "GET /flows/F/runs/7/metadata       | {}                    | []"
            })
    void changeBetweenGenerationsIsDeclared(String request, String before, String after) {
        Map<String, Answer> old = Map.of(request, answer(200, before));
        Map<String, Answer> now = Map.of(request, answer(200, after));
        AnswerComparison upgrade = new AnswerComparison(DeclaredChange.between(V1, V3)).addReads(old, now);
        assertEquals(List.of(), upgrade.differences());
        assertEquals(1, upgrade.declared().size());
        assertEquals(
                1,
                new AnswerComparison(DeclaredChange.between(V2, V3))
                        .addReads(old, now)
                        .differences()
                        .size());
    }

    /** A run has its own tags in every generation. */
    @Test
    void changeOfAnotherRouteIsADifference() {
        AnswerComparison comparison = new AnswerComparison(DeclaredChange.between(V1, V3))
                .addReads(
                        Map.of("GET /flows/F/runs/7", answer(200, "{'tags': [], 'ts_epoch': 1}")),
                        Map.of("GET /flows/F/runs/7", answer(200, "{'tags': ['t'], 'ts_epoch': 2}")));
        assertEquals(2, comparison.differences().size());
    }

    private static Answer answer(int status, String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        try {
            return Answer.read(status, new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The differences from the recordings that the service under test may have. Everything else has to be as recorded.
 *
 * @param serviceVersion the version that the service reports instead of the recorded one, in the header {@code
 *     METADATA_SERVICE_VERSION} and as the body of {@code GET /version}; empty if it is the recorded one
 * @param rules differences that apply to all files
 * @param divergences reviewed exceptions of single steps
 */
public record DeclaredDifferences(
        Optional<String> serviceVersion, Set<Rule> rules, List<AllowedDivergence> divergences) {

    /** A difference that applies to all files. */
    public enum Rule {
        /**
         * A JSON body has the content type {@code application/json} where the recording has {@code text/plain;
         * charset=utf-8}; bodies that are not JSON keep their type.
         */
        JSON_IS_TYPED,
        /**
         * No answer contains stack traces or exception names, and a recorded server error is not repeated: the service
         * answers with one of the statuses that the recording accepts instead. That may be a 5xx, such as 503 without a
         * database.
         */
        NO_RECORDED_FAILURES,
        /**
         * In files called {@code *-odd}, which hold accidental behaviour of the reference, any 2xx or 4xx without stack
         * traces and exception names is accepted.
         */
        ACCIDENTAL_ANSWERS_MAY_DIFFER
    }

    /** No difference is allowed. */
    public static final DeclaredDifferences NONE = new DeclaredDifferences(Optional.empty(), Set.of(), List.of());

    private static final String VERSION_HEADER = "METADATA_SERVICE_VERSION";
    private static final String TYPE_HEADER = "Content-Type";
    private static final String RECORDED_TYPE = "text/plain; charset=utf-8";

    /** A line of a Java or Python stack trace, or the name of a Java exception. */
    private static final Pattern INTERNALS = Pattern.compile(
            "(?m)^\\s*at \\S+\\(|Traceback \\(most recent|\\b(java|org|com|metaservice)\\.\\S+Exception\\b");

    /** Copies the collections. */
    public DeclaredDifferences {
        rules = Set.copyOf(rules);
        divergences = List.copyOf(divergences);
    }

    /** Compares the answer to one step with the expected one; the file is given as folder and name. */
    StepResult compare(String file, Step.Call step, Variables variables, Answer answer) {
        Optional<AllowedDivergence> divergence = divergenceOf(file, step);
        Expectation expected =
                divergence.map(each -> each.instead().apply(step.expected())).orElse(step.expected());
        List<String> problems = new ArrayList<>(
                Comparison.problems(declared(step.request(), expected).with(variables), answer));
        Optional<String> failure = serviceFailure(expected, answer);
        if (problems.isEmpty() && failure.isEmpty()) {
            return divergence
                    .<StepResult>map(each -> new StepResult.Divergent(each.name()))
                    .orElse(StepResult.AS_RECORDED);
        }
        if (holdsAccidents(file) && failure.isEmpty()) {
            return StepResult.ACCEPTED_ANSWER;
        }
        failure.ifPresent(problems::add);
        return new StepResult.Failed(problems);
    }

    /** Compares the rows that a step with SQL returned with the expected ones. */
    StepResult compare(String file, Step.Sql step, JsonNode recorded, JsonNode rows) {
        Optional<AllowedDivergence> divergence = divergenceOf(file, step);
        Expectation asRecorded = new Expectation(200, Map.of(), recorded, step.match());
        Expectation expected =
                divergence.map(each -> each.instead().apply(asRecorded)).orElse(asRecorded);
        Optional<String> problem = Comparison.rowsProblem(expected, rows);
        return problem.isEmpty() ? asExpected(divergence) : new StepResult.Failed(List.of(problem.get()));
    }

    private Optional<AllowedDivergence> divergenceOf(String file, Step step) {
        return divergences.stream()
                .filter(each -> each.scope().covers(file, step))
                .findFirst();
    }

    private static StepResult asExpected(Optional<AllowedDivergence> divergence) {
        return divergence
                .<StepResult>map(each -> new StepResult.Divergent(each.name()))
                .orElse(StepResult.AS_RECORDED);
    }

    private boolean holdsAccidents(String file) {
        return rules.contains(Rule.ACCIDENTAL_ANSWERS_MAY_DIFFER) && file.endsWith("-odd.jsonl");
    }

    private Optional<String> serviceFailure(Expectation expected, Answer answer) {
        if (!rules.contains(Rule.NO_RECORDED_FAILURES)) {
            return Optional.empty();
        }
        if (INTERNALS.matcher(answer.text()).find()) {
            return Optional.of("the answer contains a stack trace or an exception name: " + Json.brief(answer.body()));
        }
        boolean accepted =
                answer.status() != expected.status() && expected.match().alsoAccepts(answer.status());
        return answer.status() < 500 || accepted
                ? Optional.empty()
                : Optional.of("status " + answer.status()
                        + " is a failure of the service and is not accepted, even if it was recorded");
    }

    private Expectation declared(Request request, Expectation expected) {
        Map<String, String> headers = new LinkedHashMap<>(expected.headers());
        JsonNode body = expected.body();
        serviceVersion.ifPresent(version -> headers.computeIfPresent(VERSION_HEADER, (name, recorded) -> version));
        if (rules.contains(Rule.JSON_IS_TYPED) && !Json.isText(body)) {
            headers.replace(TYPE_HEADER, RECORDED_TYPE, "application/json");
        }
        boolean reportsVersion = request.path().endsWith("/version")
                && Json.isText(body)
                && body.get("text").textValue().matches("\\d+\\.\\d+\\.\\d+");
        return expected.with(
                headers, reportsVersion ? serviceVersion.map(Json::text).orElse(body) : body);
    }
}

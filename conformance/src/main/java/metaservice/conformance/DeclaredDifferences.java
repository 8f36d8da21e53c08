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
 * How the service under test may differ from the recordings. Whatever is not declared here has to be as recorded.
 *
 * @param serviceVersion the version that the service reports instead of the recorded one, in the header {@code
 *     METADATA_SERVICE_VERSION} and as the body of {@code GET /version}; empty if it is the recorded one
 * @param habits differences that concern all files
 * @param divergences reviewed exceptions, step by step
 */
public record DeclaredDifferences(
        Optional<String> serviceVersion, Set<Habit> habits, List<AllowedDivergence> divergences) {

    /** A difference that concerns all files. */
    public enum Habit {
        /**
         * A JSON body is served as {@code application/json} where the recording says {@code text/plain;
         * charset=utf-8}; bodies that are no JSON keep their type.
         */
        JSON_IS_TYPED,
        /**
         * No answer shows the inside of the service, and none is a server error because one was recorded: one of the
         * statuses has to come that the recording accepts instead. That may be a 5xx, such as 503 without a database.
         */
        FAILURES_ARE_NOT_COPIED,
        /**
         * In files called {@code *-odd}, which hold accidental behaviour, another answer than the recorded one is as
         * good if it is a 2xx or 4xx that does not show the inside of the service.
         */
        ACCIDENTS_ARE_NOT_COPIED
    }

    /** Exactly as recorded. */
    public static final DeclaredDifferences NONE = new DeclaredDifferences(Optional.empty(), Set.of(), List.of());

    private static final String VERSION_HEADER = "METADATA_SERVICE_VERSION";
    private static final String TYPE_HEADER = "Content-Type";
    private static final String RECORDED_TYPE = "text/plain; charset=utf-8";

    /** A frame of Java's or Python's, or the name of a Java exception. */
    private static final Pattern INSIDE = Pattern.compile(
            "(?m)^\\s*at \\S+\\(|Traceback \\(most recent|\\b(java|org|com|metaservice)\\.\\S+Exception\\b");

    /** Copies the collections. */
    public DeclaredDifferences {
        habits = Set.copyOf(habits);
        divergences = List.copyOf(divergences);
    }

    /** Holds the answer to one step of a file, given as folder and name, against what is expected of it. */
    StepResult judge(String file, Step.Call step, Variables variables, Answer answer) {
        Optional<AllowedDivergence> divergence = divergenceOf(file, step);
        Expectation expected =
                divergence.map(each -> each.instead().apply(step.expected())).orElse(step.expected());
        List<String> problems = new ArrayList<>(
                Comparison.problems(declared(step.request(), expected).with(variables), answer));
        Optional<String> failure = failureOfTheService(expected, answer);
        if (problems.isEmpty() && failure.isEmpty()) {
            return divergence
                    .<StepResult>map(each -> new StepResult.Divergent(each.name()))
                    .orElse(StepResult.AS_RECORDED);
        }
        if (isAccident(file) && failure.isEmpty()) {
            return StepResult.ANOTHER_GOOD_ANSWER;
        }
        failure.ifPresent(problems::add);
        return new StepResult.Failed(problems);
    }

    /** Holds the rows that a step with SQL found against those that are expected. */
    StepResult judge(String file, Step.Sql step, JsonNode recorded, JsonNode rows) {
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

    private boolean isAccident(String file) {
        return habits.contains(Habit.ACCIDENTS_ARE_NOT_COPIED) && file.endsWith("-odd.jsonl");
    }

    private Optional<String> failureOfTheService(Expectation expected, Answer answer) {
        if (!habits.contains(Habit.FAILURES_ARE_NOT_COPIED)) {
            return Optional.empty();
        }
        if (INSIDE.matcher(answer.text()).find()) {
            return Optional.of("the answer shows the inside of the service: " + Json.brief(answer.body()));
        }
        boolean asGood =
                answer.status() != expected.status() && expected.match().alsoAccepts(answer.status());
        return answer.status() < 500 || asGood
                ? Optional.empty()
                : Optional.of("status " + answer.status() + " is a failure of the service, whatever was recorded");
    }

    private Expectation declared(Request request, Expectation expected) {
        Map<String, String> headers = new LinkedHashMap<>(expected.headers());
        JsonNode body = expected.body();
        serviceVersion.ifPresent(version -> headers.computeIfPresent(VERSION_HEADER, (name, recorded) -> version));
        if (habits.contains(Habit.JSON_IS_TYPED) && !Json.isText(body)) {
            headers.replace(TYPE_HEADER, RECORDED_TYPE, "application/json");
        }
        boolean reportsVersion = request.path().endsWith("/version")
                && Json.isText(body)
                && body.get("text").textValue().matches("\\d+\\.\\d+\\.\\d+");
        return expected.with(
                headers, reportsVersion ? serviceVersion.map(Json::text).orElse(body) : body);
    }
}

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares an answer with the recorded one. */
final class Comparison {

    private static final String NEXT_CURSOR = "X-Next-Cursor";

    private Comparison() {}

    /** All differences that the match rules do not allow, each as a short sentence; empty if there are none. */
    static List<String> problems(Expectation expected, Answer answer) {
        List<String> problems = new ArrayList<>();
        if (expected.status() != answer.status()) {
            if (expected.match().alsoAccepts(answer.status())) {
                return List.of();
            }
            problems.add("status " + answer.status() + ", expected " + expected.status() + "; the body is "
                    + Json.brief(answer.body()));
        }
        headerProblems(expected, answer).forEach(problems::add);
        bodyProblem(expected, answer).ifPresent(problems::add);
        return problems;
    }

    private static Stream<String> headerProblems(Expectation expected, Answer answer) {
        Stream<String> wrong = expected.headers().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(header -> !expected.match().anyBody() || header.getKey().equals("Allow"))
                .flatMap(header -> headerProblem(header.getKey(), header.getValue(), answer).stream());
        boolean unexpectedCursor =
                answer.header(NEXT_CURSOR).isPresent() && !expected.headers().containsKey(NEXT_CURSOR);
        return Stream.concat(wrong, unexpectedCursor ? Stream.of("header X-Next-Cursor unexpected") : Stream.empty());
    }

    private static Optional<String> headerProblem(String name, String expected, Answer answer) {
        Optional<String> actual = answer.header(name);
        if (actual.isEmpty()) {
            return Optional.of("header " + name + " missing");
        }
        return sameHeader(name, expected, actual.get())
                ? Optional.empty()
                : Optional.of("header " + name + ": '" + actual.get() + "', expected '" + expected + "'");
    }

    private static boolean sameHeader(String name, String expected, String actual) {
        return switch (name) {
            case NEXT_CURSOR -> true; // clients do not interpret it: only its presence is part of the contract
            case "Content-Type" -> withoutBlanks(expected).equals(withoutBlanks(actual));
            case "Allow" -> methods(expected).equals(methods(actual));
            default -> expected.equals(actual);
        };
    }

    private static Optional<String> bodyProblem(Expectation expected, Answer answer) {
        Match match = expected.match();
        if (match.anyBody()) {
            return Optional.empty();
        }
        if (match.pgcode()) {
            JsonNode recorded = pgcode(expected.body());
            JsonNode actual = pgcode(answer.body());
            return recorded.equals(actual)
                    ? Optional.empty()
                    : Optional.of("pgcode " + briefOrNone(actual) + ", expected " + briefOrNone(recorded));
        }
        if (match.rows().isPresent()) {
            return partialProblem("body", match.rows().getAsInt(), expected.body(), answer.body());
        }
        return JsonComparison.by(match).difference("body", expected.body(), answer.body());
    }

    /** The difference between the expected rows of a query and the actual ones; empty if there is none. */
    static Optional<String> rowsProblem(Expectation expected, JsonNode rows) {
        Match match = expected.match();
        return match.rows().isPresent()
                ? partialProblem("rows", match.rows().getAsInt(), expected.body(), rows)
                : JsonComparison.inOrderBy(match).difference("rows", expected.body(), rows);
    }

    private static Optional<String> partialProblem(String name, int count, JsonNode recorded, JsonNode actual) {
        if (!recorded.isArray() || !actual.isArray() || actual.size() != count) {
            return Optional.of(name + ": " + actual.size() + " items, expected " + count);
        }
        JsonNode shorter = recorded.size() < actual.size() ? recorded : actual;
        JsonNode longer = recorded.size() < actual.size() ? actual : recorded;
        return JsonComparison.by(Match.EXACT).partOf(name, withoutIds(shorter), withoutIds(longer));
    }

    private static JsonNode withoutIds(JsonNode rows) {
        JsonNode copy = rows.deepCopy();
        copy.forEach(row -> {
            if (row instanceof ObjectNode object) {
                object.remove("id");
            }
        });
        return copy;
    }

    /** The database's error code in an error body; a missing node if there is none. */
    private static JsonNode pgcode(JsonNode body) {
        JsonNode error = JsonComparison.inside(body).orElse(body).path("err_msg");
        return error.has("pgcode") ? error.get("pgcode") : MissingNode.getInstance();
    }

    private static String briefOrNone(JsonNode value) {
        return value.isMissingNode() ? "none" : Json.brief(value);
    }

    private static String withoutBlanks(String value) {
        return value.replaceAll("\\s+", "").toLowerCase(Locale.ROOT);
    }

    private static Set<String> methods(String value) {
        return Stream.of(value.split(",", -1)).map(String::strip).collect(Collectors.toSet());
    }
}

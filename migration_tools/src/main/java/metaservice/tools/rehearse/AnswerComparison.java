package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Compares answers before and after an upgrade. Members of objects and routes that only the newer service has are listed as
 * added, changes between generations of the API as declared; everything else that differs is a difference. Not thread-safe.
 */
final class AnswerComparison {

    private static final int LONGEST_VALUE = 80;

    /** Members that together identify an object in a list. */
    private static final List<String> IDENTITY = List.of(
            "flow_id",
            "run_number",
            "step_name",
            "task_id",
            "id",
            "field_name",
            "name",
            "attempt_id",
            "value",
            "ts_epoch");

    private final List<DeclaredChange> changes;
    private final Map<String, Difference> differences = new LinkedHashMap<>();
    private final Set<String> added = new TreeSet<>();
    private final Set<String> declared = new TreeSet<>();

    /** Answers of which only the status was compared. */
    private int tooLong;

    /** Whether values are compared, too; otherwise only which members there are, and their types. */
    private boolean values;

    /** @param changes what is declared between the two services */
    AnswerComparison(List<DeclaredChange> changes) {
        this.changes = List.copyOf(changes);
    }

    /** A difference, and how many more of the same route and member there are. */
    private record Difference(String first, int more) {

        private Difference another() {
            return new Difference(first, more + 1);
        }

        private String sentence() {
            return more == 0 ? first : first + " (and " + more + " alike)";
        }
    }

    /** Compares answers to the same requests about the same rows. */
    AnswerComparison addReads(Map<String, Answer> before, Map<String, Answer> after) {
        values = true;
        before.forEach((request, answer) -> compare(request, answer, after.get(request)));
        return this;
    }

    /** Compares answers to requests that made rows of the same kind. */
    AnswerComparison addWrites(Map<String, Answer> before, Map<String, Answer> after) {
        values = false;
        before.forEach((request, answer) -> compare(request, answer, after.get(request)));
        return this;
    }

    /** One clause for each route and member that differs. */
    List<String> differences() {
        return differences.values().stream().map(Difference::sentence).toList();
    }

    /** The number of answers whose bodies were too long to be compared. */
    int tooLong() {
        return tooLong;
    }

    /** Members and routes that only the newer service has, sorted. */
    Set<String> added() {
        return new TreeSet<>(added);
    }

    /** The declared changes that were seen, sorted. */
    Set<String> declared() {
        return new TreeSet<>(declared);
    }

    private void compare(String request, Answer before, Answer after) {
        if (before.isUnknownRoute() && after.status() < 400) {
            added.add(RouteTemplate.of(request));
        } else if (before.status() != after.status()) {
            differ(request, "status", "status " + before.status() + " became " + after.status());
        } else if (after.status() >= 500) {
            differ(request, "status", "fails with status " + after.status() + " before and after");
        } else if (before.isTooLong() || after.isTooLong()) {
            tooLong++;
        } else if (after.status() < 400) {
            compare(request, "", before.json(), after.json());
        }
    }

    private void compare(String request, String path, JsonNode before, JsonNode after) {
        if (before.equals(after)) {
            return;
        }
        Optional<DeclaredChange> change = change(request, path, before, after);
        if (change.isPresent()) {
            declared.add(change.get().sentence());
        } else if (before.isObject() && after.isObject()) {
            compareMembers(request, path, before, after);
        } else if (before.isArray() && after.isArray()) {
            compareElements(request, path, before, after);
        } else if (values || before.getNodeType() != after.getNodeType()) {
            differ(request, path, named(path, "the answer") + " was " + shortened(before) + ", is " + shortened(after));
        }
    }

    private Optional<DeclaredChange> change(String request, String path, JsonNode before, JsonNode after) {
        String route = RouteTemplate.of(request);
        String member = path.substring(path.lastIndexOf('.') + 1);
        return changes.stream()
                .filter(one -> one.rule().explains(route, member, before, after))
                .findFirst();
    }

    private void compareMembers(String request, String path, JsonNode before, JsonNode after) {
        for (Map.Entry<String, JsonNode> member : before.properties()) {
            String name = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            if (after.has(member.getKey())) {
                compare(request, name, member.getValue(), after.get(member.getKey()));
            } else {
                differ(request, name, name + " is missing");
            }
        }
        after.properties().stream()
                .filter(member -> !before.has(member.getKey()))
                .forEach(member -> added.add("member " + member.getKey()));
    }

    private void compareElements(String request, String path, JsonNode before, JsonNode after) {
        if (!values) {
            return;
        }
        if (before.size() != after.size()) {
            differ(request, path, named(path, "the list") + " had " + before.size() + " elements, has " + after.size());
            return;
        }
        List<JsonNode> ours = sorted(before);
        List<JsonNode> theirs = sorted(after);
        for (int i = 0; i < ours.size(); i++) {
            compare(request, path, ours.get(i), theirs.get(i));
        }
    }

    private void differ(String request, String path, String what) {
        differences.merge(
                RouteTemplate.of(request) + " " + path,
                new Difference(request + ": " + what, 0),
                (first, other) -> first.another());
    }

    private static String named(String path, String whole) {
        return path.isEmpty() ? whole : path;
    }

    /** The order of a list is not a part of the API where the reference does not sort. */
    private static List<JsonNode> sorted(JsonNode list) {
        Stream<JsonNode> elements = StreamSupport.stream(list.spliterator(), false);
        return elements.sorted(Comparator.comparing(AnswerComparison::identity)).toList();
    }

    private static String identity(JsonNode element) {
        return element.isObject()
                ? IDENTITY.stream().map(member -> element.path(member).asText()).collect(Collectors.joining("\0"))
                : element.toString();
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
    }
}

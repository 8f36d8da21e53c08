package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Compares answers before and after an upgrade. Members of objects and routes that only the newer service has are listed as
 * added; everything else that differs is a difference. Not thread-safe.
 */
final class AnswerComparison {

    private static final int LONGEST_VALUE = 80;

    /** Members that together identify an object in a list. */
    private static final List<String> IDENTITY = List.of(
            "flow_id", "run_number", "step_name", "task_id", "id", "field_name", "name", "attempt_id", "ts_epoch");

    private final boolean values;
    private final List<String> differences = new ArrayList<>();
    private final Set<String> added = new TreeSet<>();

    /** @param values whether values are compared, too; otherwise only which members there are, and their types */
    private AnswerComparison(boolean values) {
        this.values = values;
    }

    /**
     * What differs.
     *
     * @param differences one clause each
     * @param added members and routes, sorted
     */
    record Result(List<String> differences, Set<String> added) {}

    /** Compares answers to the same requests about the same rows. */
    static Result ofReads(Map<String, Answer> before, Map<String, Answer> after) {
        return new AnswerComparison(true).compare(before, after);
    }

    /** Compares answers to requests that made rows of the same kind. */
    static Result ofWrites(Map<String, Answer> before, Map<String, Answer> after) {
        return new AnswerComparison(false).compare(before, after);
    }

    private Result compare(Map<String, Answer> before, Map<String, Answer> after) {
        before.forEach((request, answer) -> compare(request, answer, after.get(request)));
        return new Result(List.copyOf(differences), added);
    }

    private void compare(String request, Answer before, Answer after) {
        if (before.isUnknownRoute() && after.status() < 400) {
            added.add("route of " + request);
        } else if (before.status() != after.status()) {
            differences.add(request + ": status " + before.status() + " became " + after.status());
        } else if (after.status() >= 500) {
            differences.add(request + ": fails with status " + after.status() + " before and after");
        } else if (after.status() < 400) {
            compare(request, "", ServiceClient.json(before), ServiceClient.json(after));
        }
    }

    private void compare(String request, String path, JsonNode before, JsonNode after) {
        if (before.isObject() && after.isObject()) {
            compareMembers(request, path, before, after);
        } else if (before.isArray() && after.isArray()) {
            compareElements(request, path, before, after);
        } else if (values ? !before.equals(after) : before.getNodeType() != after.getNodeType()) {
            differences.add(request + ": " + (path.isEmpty() ? "the answer" : path) + " was " + shortened(before)
                    + ", is " + shortened(after));
        }
    }

    private void compareMembers(String request, String path, JsonNode before, JsonNode after) {
        for (Map.Entry<String, JsonNode> member : before.properties()) {
            String name = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            if (after.has(member.getKey())) {
                compare(request, name, member.getValue(), after.get(member.getKey()));
            } else {
                differences.add(request + ": " + name + " is missing");
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
            differences.add(request + ": " + (path.isEmpty() ? "the list" : path) + " had " + before.size()
                    + " elements, has " + after.size());
            return;
        }
        List<JsonNode> ours = sorted(before);
        List<JsonNode> theirs = sorted(after);
        for (int i = 0; i < ours.size(); i++) {
            compare(request, path, ours.get(i), theirs.get(i));
        }
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

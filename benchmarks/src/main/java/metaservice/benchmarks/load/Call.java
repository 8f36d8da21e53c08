package metaservice.benchmarks.load;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request with markers in its path and its body. {@code {flow}}, {@code {run}} and so on are values of {@link TestData};
 * {@code {n}} is a number that no other request has, {@code {beat}} the number of a run that no concurrent request uses,
 * {@code {run}} a run that gets tasks, {@code {filled}} a task of it that has contents, and {@code {task}} the task that the
 * first call of a {@link Workload} created.
 */
record Call(String method, String path, String body) {

    private static final Pattern MARKER = Pattern.compile("\\{([a-z]+)}");

    static Call get(String path) {
        return new Call("GET", path, "");
    }

    static Call post(String path, String body) {
        return new Call("POST", path, body);
    }

    /** Replaces the markers of these names; others stay. */
    Call with(Map<String, ?> values) {
        return new Call(method, filled(path, values), filled(body, values));
    }

    private static String filled(String template, Map<String, ?> values) {
        return MARKER.matcher(template).replaceAll(marker -> {
            Object value = values.get(marker.group(1));
            return Matcher.quoteReplacement(value == null ? marker.group() : value.toString());
        });
    }
}

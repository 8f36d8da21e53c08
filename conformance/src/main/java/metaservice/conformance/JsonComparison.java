package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Finds the first difference between a recorded value and an actual one.
 *
 * <p>Rules that always apply: arrays called {@code tags} are compared as sets; a string that contains a JSON object equals
 * every spelling of that object; a whole number never equals a fraction.
 *
 * @param exactTimes times are compared like any other number; otherwise a recorded integer time equals any integer
 * @param unordered the outermost array is compared as a set
 */
record JsonComparison(boolean exactTimes, boolean unordered) {

    /** As the value of an expected {@code POJONode}: any value is accepted, but a missing one is not. Never recorded. */
    static final Object ANYTHING = new Object();

    private static final Set<String> TIMES = Set.of("ts_epoch", "last_heartbeat_ts", "created_at");

    static JsonComparison by(Match match) {
        return new JsonComparison(match.exactTimes(), match.unordered());
    }

    /** Compares arrays in their recorded order, even if the step's match rules say that the body is unordered. */
    static JsonComparison inOrderBy(Match match) {
        return new JsonComparison(match.exactTimes(), false);
    }

    /**
     * The first difference, as a sentence that begins with its path; empty if there is none.
     *
     * @param name name of the value in the sentence, such as {@code body}
     */
    Optional<String> difference(String name, JsonNode expected, JsonNode actual) {
        if (unordered && expected.isArray() && actual.isArray()) {
            return sameSize(name, expected, actual).or(() -> sameSet(name, expected, actual));
        }
        return differ(name, "", expected, actual);
    }

    /** The first item of an array that another array does not contain; equal items are counted, the order is ignored. */
    Optional<String> partOf(String name, JsonNode part, JsonNode whole) {
        return sameSet(name, part, whole);
    }

    /** @param key name of the field with the value; empty for items of arrays and for the outermost value */
    private Optional<String> differ(String path, String key, JsonNode expected, JsonNode actual) {
        if (expected.isPojo()) {
            return Optional.empty();
        }
        if (TIMES.contains(key) && expected.isIntegralNumber() && !exactTimes) {
            return problemUnless(
                    actual.isIntegralNumber(), () -> path + ": " + Json.brief(actual) + " is not an integer");
        }
        Optional<JsonNode> expectedInside = inside(expected);
        Optional<JsonNode> actualInside = inside(actual);
        if (expectedInside.isPresent() && actualInside.isPresent()) {
            return differ(path + "(json)", "", expectedInside.get(), actualInside.get());
        }
        if (expected.isObject() && actual.isObject()) {
            return sameFields(path, expected, actual);
        }
        if (expected.isArray() && actual.isArray()) {
            boolean set = key.equals("tags") && !holdsContainers(expected);
            return sameSize(path, expected, actual)
                    .or(() -> set ? sameSet(path, expected, actual) : sameItems(path, expected, actual));
        }
        return problemUnless(
                sameScalar(expected, actual),
                () -> path + ": " + Json.brief(actual) + ", expected " + Json.brief(expected));
    }

    private Optional<String> sameFields(String path, JsonNode expected, JsonNode actual) {
        Set<String> names = new TreeSet<>();
        expected.fieldNames().forEachRemaining(names::add);
        actual.fieldNames().forEachRemaining(names::add);
        return names.stream()
                .map(name -> sameField(path + "." + name, name, expected, actual))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> sameField(String path, String name, JsonNode expected, JsonNode actual) {
        if (!actual.has(name)) {
            return Optional.of(path + " missing");
        }
        if (!expected.has(name)) {
            return Optional.of(path + " unexpected (" + Json.brief(actual.get(name)) + ")");
        }
        return differ(path, name, expected.get(name), actual.get(name));
    }

    private Optional<String> sameItems(String path, JsonNode expected, JsonNode actual) {
        for (int i = 0; i < expected.size(); i++) {
            Optional<String> difference = differ(path + "[" + i + "]", "", expected.get(i), actual.get(i));
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private Optional<String> sameSet(String path, JsonNode expected, JsonNode actual) {
        List<JsonNode> left = new ArrayList<>();
        actual.forEach(left::add);
        for (JsonNode item : expected) {
            Optional<JsonNode> equal = left.stream()
                    .filter(other -> differ(path, "", item, other).isEmpty())
                    .findFirst();
            if (equal.isEmpty()) {
                return Optional.of(path + ": no item equal to " + Json.brief(item));
            }
            left.remove(equal.get());
        }
        return Optional.empty();
    }

    private static Optional<String> sameSize(String path, JsonNode expected, JsonNode actual) {
        return problemUnless(
                expected.size() == actual.size(),
                () -> path + ": " + actual.size() + " items, expected " + expected.size());
    }

    private static boolean sameScalar(JsonNode expected, JsonNode actual) {
        if (expected.isBigDecimal() && actual.isBigDecimal()) {
            return expected.decimalValue().compareTo(actual.decimalValue()) == 0;
        }
        return expected.equals(actual);
    }

    private static boolean holdsContainers(JsonNode array) {
        for (JsonNode item : array) {
            if (item.isContainerNode()) {
                return true;
            }
        }
        return false;
    }

    /** The JSON object that a string value contains; empty for any other value. */
    static Optional<JsonNode> inside(JsonNode value) {
        return value.isTextual() && value.textValue().startsWith("{")
                ? Json.parse(value.textValue())
                : Optional.empty();
    }

    private static Optional<String> problemUnless(boolean equal, Supplier<String> problem) {
        return equal ? Optional.empty() : Optional.of(problem.get());
    }
}

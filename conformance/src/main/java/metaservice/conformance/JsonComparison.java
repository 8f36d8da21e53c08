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
 * <p>Always: an integer time equals any integer; arrays called {@code tags} are sets; a string that holds a JSON object
 * equals every spelling of that object; whole numbers and fractions are different things.
 *
 * @param exactTimes times are compared like any other number
 * @param unordered the outermost array is a set
 */
record JsonComparison(boolean exactTimes, boolean unordered) {

    /** Expected as the value of a {@code POJONode}: something has to be there, whatever it is. Never recorded. */
    static final Object ANYTHING = new Object();

    private static final Set<String> TIMES = Set.of("ts_epoch", "last_heartbeat_ts", "created_at");

    static JsonComparison by(Match match) {
        return new JsonComparison(match.exactTimes(), match.unordered());
    }

    /** Everything in its recorded order, whatever the step says of its body. */
    static JsonComparison inOrderBy(Match match) {
        return new JsonComparison(match.exactTimes(), false);
    }

    /**
     * The first difference, as a sentence that begins with the place.
     *
     * @param name what the value is called in the sentence, such as {@code body}
     */
    Optional<String> difference(String name, JsonNode want, JsonNode got) {
        if (unordered && want.isArray() && got.isArray()) {
            return sameSize(name, want, got).or(() -> sameSet(name, want, got));
        }
        return differ(name, "", want, got);
    }

    /** The first item of an array that is missing in another, each item counting once; the order does not matter. */
    Optional<String> partOf(String name, JsonNode part, JsonNode whole) {
        return sameSet(name, part, whole);
    }

    /** @param key the field that holds the value, empty for items of arrays and for the outermost value */
    private Optional<String> differ(String path, String key, JsonNode want, JsonNode got) {
        if (want.isPojo()) {
            return Optional.empty();
        }
        if (TIMES.contains(key) && want.isIntegralNumber() && !exactTimes) {
            return problemUnless(got.isIntegralNumber(), () -> path + ": " + Json.brief(got) + " is not an integer");
        }
        Optional<JsonNode> wantInside = inside(want);
        Optional<JsonNode> gotInside = inside(got);
        if (wantInside.isPresent() && gotInside.isPresent()) {
            return differ(path + "(json)", "", wantInside.get(), gotInside.get());
        }
        if (want.isObject() && got.isObject()) {
            return sameFields(path, want, got);
        }
        if (want.isArray() && got.isArray()) {
            boolean set = key.equals("tags") && !holdsContainers(want);
            return sameSize(path, want, got).or(() -> set ? sameSet(path, want, got) : sameItems(path, want, got));
        }
        return problemUnless(
                sameScalar(want, got), () -> path + ": " + Json.brief(got) + ", expected " + Json.brief(want));
    }

    private Optional<String> sameFields(String path, JsonNode want, JsonNode got) {
        Set<String> names = new TreeSet<>();
        want.fieldNames().forEachRemaining(names::add);
        got.fieldNames().forEachRemaining(names::add);
        return names.stream()
                .map(name -> sameField(path + "." + name, name, want, got))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> sameField(String path, String name, JsonNode want, JsonNode got) {
        if (!got.has(name)) {
            return Optional.of(path + " missing");
        }
        if (!want.has(name)) {
            return Optional.of(path + " unexpected (" + Json.brief(got.get(name)) + ")");
        }
        return differ(path, name, want.get(name), got.get(name));
    }

    private Optional<String> sameItems(String path, JsonNode want, JsonNode got) {
        for (int i = 0; i < want.size(); i++) {
            Optional<String> difference = differ(path + "[" + i + "]", "", want.get(i), got.get(i));
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private Optional<String> sameSet(String path, JsonNode want, JsonNode got) {
        List<JsonNode> left = new ArrayList<>();
        got.forEach(left::add);
        for (JsonNode item : want) {
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

    private static Optional<String> sameSize(String path, JsonNode want, JsonNode got) {
        return problemUnless(
                want.size() == got.size(), () -> path + ": " + got.size() + " items, expected " + want.size());
    }

    private static boolean sameScalar(JsonNode want, JsonNode got) {
        if (want.isBigDecimal() && got.isBigDecimal()) {
            return want.decimalValue().compareTo(got.decimalValue()) == 0;
        }
        return want.equals(got);
    }

    private static boolean holdsContainers(JsonNode array) {
        for (JsonNode item : array) {
            if (item.isContainerNode()) {
                return true;
            }
        }
        return false;
    }

    /** The object inside a string that holds a JSON object. */
    static Optional<JsonNode> inside(JsonNode value) {
        return value.isTextual() && value.textValue().startsWith("{")
                ? Json.parse(value.textValue())
                : Optional.empty();
    }

    private static Optional<String> problemUnless(boolean fine, Supplier<String> problem) {
        return fine ? Optional.empty() : Optional.of(problem.get());
    }
}

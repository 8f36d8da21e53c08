package metaservice.kit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One statement: a text whose values are all bound, never spliced in. Immutable.
 *
 * @param text SQL with a {@code ?} for every value
 * @param values texts, numbers, text arrays ({@code String[]}) or null, in the order of the question marks
 */
public record Sql(String text, List<Object> values) {

    /** A statement, or a part of one, and its values; null is a value, too. */
    public static Sql of(String text, Object... values) {
        return new Sql(text, new ArrayList<>(Arrays.asList(values)));
    }

    /** This text, a blank, and more text with its values. */
    public Sql and(String more, Object... moreValues) {
        return and(of(more, moreValues));
    }

    /** All parts, with a text between each two; one copy, however many they are. */
    public static Sql joined(String between, List<Sql> parts) {
        List<Object> values = new ArrayList<>();
        parts.forEach(part -> values.addAll(part.values));
        return new Sql(parts.stream().map(Sql::text).collect(Collectors.joining(between)), values);
    }

    /** This text, a blank, and another part. */
    public Sql and(Sql more) {
        List<Object> all = new ArrayList<>(values);
        all.addAll(more.values);
        return new Sql(text + " " + more.text, all);
    }
}

package metaservice.kit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A statement or a part of one, with bound parameters; values are never inserted into the text. Immutable.
 *
 * @param text SQL with a {@code ?} for every value
 * @param values texts, numbers, booleans, text arrays ({@code String[]}), null for a text, or {@link #NO_NUMBER}, in the order of the question marks
 */
public record Sql(String text, List<Object> values) {

    /** The value NULL of a number. */
    public static final Object NO_NUMBER = new Object() {
        @Override
        public String toString() {
            return "NULL";
        }
    };

    /** The value for a number that may be NULL. */
    public static Object orNull(Optional<Long> number) {
        return number.<Object>map(value -> value).orElse(NO_NUMBER);
    }

    /** A statement, or a part of one, and its values, which may be null. */
    public static Sql of(String text, Object... values) {
        return new Sql(text, new ArrayList<>(Arrays.asList(values)));
    }

    /** This text, a space, and more text with its values. */
    public Sql and(String more, Object... moreValues) {
        return and(of(more, moreValues));
    }

    /** All parts, joined with a separator. Copies the values once, so many parts stay cheap. */
    public static Sql joined(String separator, List<Sql> parts) {
        List<Object> values = new ArrayList<>();
        parts.forEach(part -> values.addAll(part.values));
        return new Sql(parts.stream().map(Sql::text).collect(Collectors.joining(separator)), values);
    }

    /** Total length of its texts, as characters. */
    int length() {
        int length = 0;
        for (Object value : values) {
            if (value instanceof String text) {
                length += text.length();
            } else if (value instanceof String[] texts) {
                for (String text : texts) {
                    length += text == null ? 0 : text.length();
                }
            }
        }
        return length;
    }

    /** This text, a space, and another part. */
    public Sql and(Sql more) {
        List<Object> all = new ArrayList<>(values);
        all.addAll(more.values);
        return new Sql(text + " " + more.text, all);
    }
}

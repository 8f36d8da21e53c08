package metaservice.launcher.migration;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A piece of a page. Values become text by default: only another piece is taken as markup. Immutable.
 *
 * @param markup elements and escaped text
 */
record Html(String markup) {

    static final Html NONE = new Html("");

    /**
     * Fills a template.
     *
     * @param template markup with {@code %s} for each value, in elements or in attributes in double quotes
     * @param values pieces, or anything else, which is escaped
     */
    static Html of(String template, Object... values) {
        return new Html(
                template.formatted(Arrays.stream(values).map(Html::markupOf).toArray()));
    }

    /** The pieces one after the other. */
    static Html all(Collection<Html> pieces) {
        return new Html(pieces.stream().map(Html::markup).collect(Collectors.joining()));
    }

    private static String markupOf(Object value) {
        return value instanceof Html html ? html.markup() : escape(String.valueOf(value));
    }

    /** Text for elements and for attributes in double or single quotes. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}

package metaservice.v3;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Dialect;
import metaservice.kit.Endpoint;
import metaservice.kit.EndpointContext;
import metaservice.kit.PageRows;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * Lists page by page (source: the reference's newest state). {@code _limit}, {@code _cursor}, even empty, or a filter
 * turn pages on: newest first, {@code X-Limit} says how many rows a page has at most, and {@code X-Next-Cursor} where
 * the next one begins, unless it was the last.
 */
final class Pages {

    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 500;
    private static final Pattern LIMIT = Pattern.compile("\\s*\\+?0*([0-9]+)\\s*");

    private final EndpointContext parts;

    /** Pages of one service. */
    Pages(EndpointContext parts) {
        this.parts = parts;
    }

    /** An endpoint that answers a page if one is asked for, and otherwise what the other one answers. */
    Endpoint or(Endpoint whole, Function<Request, Paged> paged) {
        return or(whole, Filters.NONE, paged);
    }

    /**
     * The same for a list that may be filtered.
     *
     * @param filters what a page may be narrowed by
     * @param paged the list; called only if a page is asked for
     */
    Endpoint or(Endpoint whole, Filters filters, Function<Request, Paged> paged) {
        return request -> {
            Optional<Sql> filter = filters.read(request);
            Optional<String> limit = request.rawQuery("_limit");
            Optional<String> cursor = request.rawQuery("_cursor");
            if (filter.isEmpty() && limit.isEmpty() && cursor.isEmpty()) {
                return whole.answer(request);
            }
            Paged list = paged.apply(request);
            int rows = limit.filter(text -> !text.isEmpty()).map(Pages::limit).orElse(DEFAULT_LIMIT);
            Sql sql = list.select();
            if (filter.isPresent()) {
                sql = sql.and("AND").and(filter.get());
            }
            if (cursor.filter(text -> !text.isEmpty()).isPresent()) {
                sql = sql.and(beside(list, "<", cursor.get()));
            }
            return page(list, sql.and(list.orderBy() + " LIMIT ?", rows + 1), rows, filter.isPresent());
        };
    }

    private static Sql beside(Paged list, String comparison, String cursor) {
        List<Object> values = Cursor.read(list.order(), cursor);
        String marks = String.join(", ", Collections.nCopies(values.size(), "?"));
        return Sql.of("AND " + list.key() + " " + comparison + " (" + marks + ")", values.toArray());
    }

    /**
     * One row more than the page has was asked for: it tells whether there is another page. A page of very long rows ends
     * early, so that it fits into the memory.
     */
    private Answer page(Paged list, Sql sql, int limit, boolean isFiltered) throws Exception {
        int shown = list.columns().columns().size();
        int all = shown + list.order().size();
        PageRows page = parts.page(list.columns(), list.order().size(), sql, limit, isFiltered);
        Answer answer = answer(list, page, shown).with("X-Limit", Integer.toString(limit));
        if (page.isLast()) {
            return answer;
        }
        String[] last = page.rows().get(page.rows().size() - 1);
        return answer.with(
                "X-Next-Cursor", Cursor.of(list.order(), Arrays.asList(last).subList(shown, all)));
    }

    private Answer answer(Paged list, PageRows page, int shown) {
        if (page.isTooLong()) {
            String[] row = page.rows().get(0);
            List<String> key = Arrays.asList(row).subList(shown, row.length);
            Sql one = list.select().and(beside(list, "=", Cursor.of(list.order(), key)));
            return parts.list(list.columns(), one, Dialect.EmptyList.ARRAY);
        }
        return Answer.json(200, json -> {
            json.writeStartArray();
            for (String[] row : page.rows()) {
                list.columns().write(Arrays.copyOf(row, shown), json);
            }
            json.writeEndArray();
        });
    }

    private static int limit(String text) {
        var matcher = LIMIT.matcher(text);
        if (!matcher.matches() || matcher.group(1).equals("0")) {
            throw ClientError.badRequest("_limit: expected a whole number from 1 on, of which at most " + MAX_LIMIT
                    + " count, found '" + text + "'");
        }
        String digits = matcher.group(1);
        return digits.length() > 3 ? MAX_LIMIT : Math.min(MAX_LIMIT, Integer.parseInt(digits));
    }
}

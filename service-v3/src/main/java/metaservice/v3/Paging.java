package metaservice.v3;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import metaservice.kit.Answer;
import metaservice.kit.BlockingAnswer;
import metaservice.kit.ClientError;
import metaservice.kit.Dialect;
import metaservice.kit.Endpoint;
import metaservice.kit.EndpointContext;
import metaservice.kit.PageRows;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.kit.Values;

/**
 * Answers lists page by page, as the reference's newest state does. Thread-safe.
 *
 * <p>A request gets a page if it has {@code _limit} or {@code _cursor}, even with an empty value, or a filter. Pages are
 * sorted newest first. The header {@code X-Limit} is the most rows of a page, and {@code X-Next-Cursor} is the cursor of the
 * next page; it is missing on the last page.
 */
final class Paging {

    /** Most rows of a page if {@code _limit} is missing or empty. */
    static final int DEFAULT_LIMIT = 50;
    /** Most rows of a page; a higher {@code _limit} is reduced to it. */
    static final int MAX_LIMIT = 500;

    private static final Pattern LIMIT = Pattern.compile("\\s*\\+?0*([0-9]+)\\s*");

    private final EndpointContext context;

    /** Paging for one service. */
    Paging(EndpointContext context) {
        this.context = context;
    }

    /**
     * An endpoint that answers a page if the request asks for one.
     *
     * @param whole answers all other requests
     * @param paged builds the query; called only for requests that get a page
     */
    Endpoint optional(Endpoint whole, Function<Request, PagedQuery> paged) {
        return optional(whole, Filters.NONE, paged);
    }

    /**
     * An endpoint with filters that answers a page if the request asks for one.
     *
     * @param whole answers all other requests
     * @param filters the filters of the list
     * @param paged builds the query; called only for requests that get a page
     */
    Endpoint optional(Endpoint whole, Filters filters, Function<Request, PagedQuery> paged) {
        return request -> {
            Optional<Sql> filter = filters.read(request);
            Optional<String> limit = request.rawQuery("_limit");
            Optional<String> cursor = request.rawQuery("_cursor");
            if (filter.isEmpty() && limit.isEmpty() && cursor.isEmpty()) {
                return whole.answer(request);
            }
            PagedQuery list = paged.apply(request);
            int rows = limit.filter(text -> !text.isEmpty()).map(Paging::limit).orElse(DEFAULT_LIMIT);
            Sql sql = list.select();
            if (filter.isPresent()) {
                sql = sql.and("AND").and(filter.get());
            }
            if (cursor.filter(text -> !text.isEmpty()).isPresent()) {
                sql = sql.and(compareKeys(list, "<", cursor.get()));
            }
            Sql page = sql.and(list.orderBy() + " LIMIT ?", rows + 1);
            return new BlockingAnswer(() -> page(list, page, rows, filter.isPresent()));
        };
    }

    private static Sql compareKeys(PagedQuery list, String comparison, String cursor) {
        List<Object> values = Cursor.read(list.sortKeys(), cursor);
        String marks = String.join(", ", Collections.nCopies(values.size(), "?"));
        return Sql.of("AND " + list.key() + " " + comparison + " (" + marks + ")", values.toArray());
    }

    /**
     * The statement selects one row more than the page has, to find out whether there is another page. A page with very
     * long rows has fewer rows, because a page is read into memory.
     */
    private Answer page(PagedQuery list, Sql sql, int limit, boolean isFiltered) throws Exception {
        int shown = list.columns().columns().size();
        PageRows page = context.page(list.columns(), list.sortKeys().size(), sql, limit, isFiltered);
        Answer answer = answer(list, page, shown).with("X-Limit", Integer.toString(limit));
        if (page.isLast()) {
            return answer;
        }
        Values last = page.rows().get(page.rows().size() - 1);
        return answer.with("X-Next-Cursor", Cursor.of(list.sortKeys(), keys(list, last, shown)));
    }

    private Answer answer(PagedQuery list, PageRows page, int shown) {
        if (page.isTooLong()) {
            List<String> key = keys(list, page.rows().get(0), shown);
            Sql one = list.select().and(compareKeys(list, "=", Cursor.of(list.sortKeys(), key)));
            return context.list(list.columns(), one, Dialect.EmptyList.ARRAY);
        }
        return Answer.json(200, json -> {
            json.writeStartArray();
            for (Values row : page.rows()) {
                list.columns().write(row, json);
            }
            json.writeEndArray();
        });
    }

    /** The values of the sort keys, which follow the shown columns. */
    private static List<String> keys(PagedQuery list, Values row, int shown) {
        return IntStream.rangeClosed(shown + 1, shown + list.sortKeys().size())
                .mapToObj(row::text)
                .toList();
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

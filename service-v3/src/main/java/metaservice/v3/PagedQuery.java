package metaservice.v3;

import java.util.List;
import java.util.stream.Collectors;
import metaservice.kit.Columns;
import metaservice.kit.Sql;

/**
 * The query for a list that can be read page by page. Immutable.
 *
 * @param columns the members of each row
 * @param rows {@code FROM …} and {@code WHERE …} with at least one condition
 * @param sortKeys the sort keys, each descending; together they identify a row
 */
record PagedQuery(Columns columns, Sql rows, List<SortKey> sortKeys) {

    /**
     * One sort key.
     *
     * @param name its name in cursors
     * @param expression its SQL expression, never NULL
     * @param isNumber whether it is a number; otherwise a text
     */
    record SortKey(String name, String expression, boolean isNumber) {

        /** A numeric sort key. */
        static SortKey number(String name, String expression) {
            return new SortKey(name, expression, true);
        }

        /** A textual sort key. */
        static SortKey text(String name, String expression) {
            return new SortKey(name, expression, false);
        }
    }

    /** The SELECT statement with the columns, followed by the sort keys. */
    Sql select() {
        return Sql.of("SELECT " + columns.select() + ", " + expressions(", ")).and(rows);
    }

    /** The ORDER BY clause, newest first. */
    String orderBy() {
        return "ORDER BY " + expressions(" DESC, ") + " DESC";
    }

    /** The sort keys as an SQL row value, for comparison with a cursor. */
    String key() {
        return "(" + expressions(", ") + ")";
    }

    private String expressions(String separator) {
        return sortKeys.stream().map(SortKey::expression).collect(Collectors.joining(separator));
    }
}

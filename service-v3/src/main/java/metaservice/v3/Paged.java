package metaservice.v3;

import java.util.List;
import java.util.stream.Collectors;
import metaservice.kit.Columns;
import metaservice.kit.Sql;

/**
 * A list that can be read page by page.
 *
 * @param columns what each row shows
 * @param rows {@code FROM …} and {@code WHERE …} with at least one condition
 * @param order what pages are ordered by, each descending; together they tell every row from every other
 */
record Paged(Columns columns, Sql rows, List<Order> order) {

    /**
     * One part of the order.
     *
     * @param name its name inside cursors
     * @param expression the SQL that computes it, never NULL
     * @param isNumber whether it is a number; otherwise a text
     */
    record Order(String name, String expression, boolean isNumber) {

        /** A number. */
        static Order number(String name, String expression) {
            return new Order(name, expression, true);
        }

        /** A text. */
        static Order text(String name, String expression) {
            return new Order(name, expression, false);
        }
    }

    /** SELECT of the columns and, behind them, of what makes a cursor. */
    Sql select() {
        return Sql.of("SELECT " + columns.select() + ", " + expressions(", ")).and(rows);
    }

    /** ORDER BY, newest first. */
    String orderBy() {
        return "ORDER BY " + expressions(" DESC, ") + " DESC";
    }

    /** The parts of the order as one row, for comparison with a cursor. */
    String key() {
        return "(" + expressions(", ") + ")";
    }

    private String expressions(String between) {
        return order.stream().map(Order::expression).collect(Collectors.joining(between));
    }
}

package metaservice.kit;

import java.util.List;

/**
 * The rows of one page: at most a million bytes in total, or one row that is longer.
 *
 * @param rows the values of each row's columns, and of the columns selected after them
 * @param isLast whether no row follows
 * @param isTooLong whether the page is a single row of more than a million bytes; its columns that may be long are then
 *     NULL
 */
public record PageRows(List<Values> rows, boolean isLast, boolean isTooLong) {}

package metaservice.kit;

import java.util.List;

/**
 * The rows of one page: together at most a million bytes, or one row that is longer.
 *
 * @param rows the texts of each row's columns, and of what was selected behind them
 * @param isLast whether no row follows
 * @param isTooLong whether the page is one row that is too long for the memory: the texts of those columns that may be
 *     long are null
 */
public record PageRows(List<String[]> rows, boolean isLast, boolean isTooLong) {}

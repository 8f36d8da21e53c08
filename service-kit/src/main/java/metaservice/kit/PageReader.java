package metaservice.kit;

import java.util.ArrayList;
import java.util.List;

/** Reads the rows of one page into memory: at most the page's limit, fewer if the rows are long. For one thread. */
final class PageReader {

    private final BoundedRows rows;
    private final int limit;
    private final List<Values> collected = new ArrayList<>();
    private boolean isLast;
    private boolean isTooLong;

    PageReader(BoundedRows rows, int limit) {
        this.rows = rows;
        this.limit = limit;
    }

    /** Reads the page and the start of the next row, to find out whether another page follows. */
    void read(RowCursor cursor) throws Exception {
        long bytes = 0;
        while (cursor.next()) {
            Row row = Row.read(rows, cursor);
            bytes += row.bytes();
            boolean fits = bytes <= BoundedRows.MAX_BYTES_IN_MEMORY;
            if (collected.size() == limit || (!fits && !collected.isEmpty())) {
                return;
            }
            if (!fits) {
                collected.add(row.shortValues());
                row.skip();
                isTooLong = true;
                isLast = !cursor.next();
                return;
            }
            collected.add(row.values());
        }
        isLast = true;
    }

    /** The rows that were read. */
    PageRows page() {
        return new PageRows(List.copyOf(collected), isLast, isTooLong);
    }
}

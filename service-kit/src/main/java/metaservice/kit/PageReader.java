package metaservice.kit;

import java.util.ArrayList;
import java.util.List;

/** Collects the rows of one page: as many as were asked for, fewer if they are long. For one thread. */
final class PageReader {

    private final BoundedRows rows;
    private final int limit;
    private final List<String[]> collected = new ArrayList<>();
    private boolean isLast;
    private boolean isTooLong;

    PageReader(BoundedRows rows, int limit) {
        this.rows = rows;
        this.limit = limit;
    }

    /** Reads the page, and on far enough to know whether another one follows. */
    void read(RowCursor cursor) throws Exception {
        long bytes = 0;
        while (cursor.next()) {
            Row row = Row.read(rows, cursor);
            bytes += row.bytes();
            boolean fits = bytes <= BoundedRows.MOST_BYTES_IN_MEMORY;
            if (collected.size() == limit || (!fits && !collected.isEmpty())) {
                return;
            }
            if (!fits) {
                collected.add(row.shortTexts());
                row.skip();
                isTooLong = true;
                isLast = !cursor.next();
                return;
            }
            collected.add(row.texts());
        }
        isLast = true;
    }

    /** What was read. */
    PageRows page() {
        return new PageRows(List.copyOf(collected), isLast, isTooLong);
    }
}

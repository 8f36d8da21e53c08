package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BoundedRowsTest {

    private static final BoundedRows NUMBERS_ONLY = new BoundedRows(Columns.of(Column.number("id")), 0);

    @Test
    void rowsWithoutLongTextsHaveNoPieces() {
        assertEquals(
                "SELECT c1, lengths, piece FROM (SELECT c1 FROM (SELECT id FROM t) s(c1) OFFSET 0) whole_row(c1) LEFT JOIN"
                        + " LATERAL (SELECT NULL::int[] AS lengths, NULL::bytea AS piece WHERE false) long_row ON true",
                NUMBERS_ONLY.inPieces(Sql.of("SELECT id FROM t")).text());
    }

    @Test
    void rowsWithoutLongTextsAreNeverTooLong() {
        assertEquals(
                "SELECT c1, is_long FROM (SELECT c1, 0 > 1000000 AS is_long FROM (SELECT c1 FROM (SELECT id FROM t) s(c1)"
                        + " OFFSET 0) whole_row(c1) OFFSET 0) measured",
                NUMBERS_ONLY.withoutTooLong(Sql.of("SELECT id FROM t")).text());
    }
}

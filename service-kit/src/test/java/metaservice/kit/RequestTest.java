package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTest {

    private static Request withQuery(String query) {
        return new Request(query, Map.of(), new byte[0]);
    }

    @Test
    void queryIsParsedOnce() {
        Request request = withQuery("a=1&a=2&b+c=%41&d");
        assertEquals(
                List.of(Map.entry("a", "1"), Map.entry("a", "2"), Map.entry("b c", "A"), Map.entry("d", "")),
                request.queries());
        assertSame(request.queries(), request.queries());
    }

    @Test
    void onlyRawQueryReturnsAnEmptyValue() {
        assertEquals(Optional.empty(), withQuery("_cursor=").query("_cursor"));
        assertEquals(Optional.of(""), withQuery("_cursor=").rawQuery("_cursor"));
        assertEquals(Optional.empty(), withQuery("").rawQuery("_cursor"));
    }

    @Test
    void queryWithANulIsRefusedByEveryAccessor() {
        Request malformed = withQuery("a=%00");
        assertThrows(ClientError.class, malformed::queries);
        assertThrows(ClientError.class, () -> malformed.query("b"));
    }
}

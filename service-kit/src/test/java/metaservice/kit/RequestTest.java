package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTest {

    private static Request asking(String query) {
        return new Request(query, Map.of(), new byte[0]);
    }

    @Test
    void queryIsParsedOnce() {
        Request request = asking("a=1&a=2&b+c=%41&d");
        assertEquals(
                List.of(Map.entry("a", "1"), Map.entry("a", "2"), Map.entry("b c", "A"), Map.entry("d", "")),
                request.queries());
        assertSame(request.queries(), request.queries());
    }

    @Test
    void emptyValueIsThereOnlyIfItIsAskedForAsItCame() {
        assertEquals(Optional.empty(), asking("_cursor=").query("_cursor"));
        assertEquals(Optional.of(""), asking("_cursor=").rawQuery("_cursor"));
        assertEquals(Optional.empty(), asking("").rawQuery("_cursor"));
    }

    @Test
    void queryWithANulIsRefusedWhereverItIsReadFirst() {
        Request malformed = asking("a=%00");
        assertThrows(ClientError.class, malformed::queries);
        assertThrows(ClientError.class, () -> malformed.query("b"));
    }
}

package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsingMemoryTest {

    private static final int LENGTH = 100_000;

    /** Pads a body to a fixed length with blanks. */
    private static byte[] body(String json) {
        return (json + " ".repeat(LENGTH - json.length())).getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest(name = "{0}: {1} tokens")
    @CsvSource(
            delimiter = '|',
            value = {
                "\"[{,:\"             | 0",
                "[1, 2, 3]           | 3",
                "{\"a\": {\"b\": []}}| 5",
                "[\"\\\"[,\", 1]     | 2",
                "[\"\\\\\", 1]       | 2"
            })
    void bracketsCommasAndColonsOutsideOfTextsAreCounted(String json, int tokens) {
        assertEquals(6L * LENGTH + 120L * tokens, ParsingMemory.estimate(body(json)));
    }

    @Test
    void noMoreTokensAreCountedThanTheParserReads() {
        byte[] body = ",".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
        assertEquals(6L * 1_000_000 + 120 * Json.MAX_TOKENS, ParsingMemory.estimate(body));
    }

    @Test
    void shortBodiesTakeNothing() {
        assertEquals(0, ParsingMemory.estimate(new byte[BodyBudget.FREE]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"\u00e9\"]", "[\"\\u00e9\"]"})
    void otherCharactersThanAsciiTakeMore(String json) {
        assertEquals(10L * LENGTH + 120, ParsingMemory.estimate(body(json)));
    }
}

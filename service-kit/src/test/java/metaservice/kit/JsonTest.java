package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "[-1e4294967296]", "{\"a\": 1E-99999999999999999999}"})
    void exponentsOutOfRangeAreAClientError(String body) {
        assertThrows(ClientError.class, () -> parse(body));
    }

    @Test
    void bodiesWithTooManyTokensAreRefused() {
        assertThrows(ClientError.class, () -> parse("[" + "[],".repeat(600_000) + "1]"));
    }

    @ParameterizedTest
    @CsvSource({
        "1e999, true",
        "1e1000, false",
        "-1e131071, false",
        "1e999999999, false",
        "1e-1000, true",
        "1e-1001, false",
        "1.50, true",
        "123456789012345678901234567890, true"
    })
    void numbersWithAtMostAThousandDigitsAreStorable(String number, boolean storable) {
        assertEquals(storable, Json.isStorable(parse("{\"a\": [" + number + "]}")));
    }

    private static JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}

package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldTest {

    private static final Field TEXT = Field.text("f");

    private static JsonNode object(String json) {
        return Json.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "NULL",
            value = {
                "{\"f\": \"text\"} | text",
                "{\"f\": 5} | 5",
                "{\"f\": 12345678901234567890} | 12345678901234567890",
                "{\"f\": 1.50} | 1.50",
                "{\"f\": true} | true",
                "{\"f\": [\"a\"]} | {a}",
                "{\"f\": null} | NULL",
                "{} | NULL"
            })
    void scalarsAndArraysAreConvertedToText(String body, String expected) {
        assertEquals(expected, TEXT.read(object(body)));
    }

    @Test
    void missingMemberGetsTheDefault() {
        assertEquals(" ", TEXT.orElse(" ").read(object("{}")));
    }

    @Test
    void lengthIsCountedInCodePoints() {
        String face = "\uD83D\uDE00";
        assertEquals(face.repeat(255), TEXT.read(object("{\"f\": \"" + face.repeat(255) + "\"}")));
    }

    @ParameterizedTest(name = "{0} is refused: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"f\": {\"a\": 1}} | f: expected a text, found an object",
                "{\"f\": [{}]} | f: expected a text, found an array of objects",
                "{\"f\": \"a\\u0000b\"} | f: expected text without NUL characters and lone surrogates",
                "{\"f\": \"a\\ud800b\"} | f: expected text without NUL characters and lone surrogates"
            })
    void refusalOfAValueThatIsNotTextNamesTheField(String body, String expected) {
        ClientError error = assertThrows(ClientError.class, () -> TEXT.read(object(body)));
        assertEquals(expected, error.getMessage());
    }

    @Test
    void refusalOfALongTextNamesTheFieldAndTheLimit() {
        JsonNode body = object("{\"f\": \"" + "x".repeat(256) + "\"}");
        ClientError error = assertThrows(ClientError.class, () -> TEXT.read(body));
        assertEquals("f: expected at most 255 characters, found 256", error.getMessage());
    }

    @Test
    void nullIsRefusedForARequiredField() {
        Field required = TEXT.required();
        JsonNode body = object("{\"f\": null}");
        assertThrows(ClientError.class, () -> required.read(body));
    }

    @Test
    void jsonKeepsNullsAndDigits() {
        assertEquals("{\"a\":1.50,\"b\":null}", Field.json("f").read(object("{\"f\": {\"a\": 1.50, \"b\": null}}")));
    }

    @Test
    void jsonWithUnstorableTextIsRefusedAtAnyDepth() {
        JsonNode body = object("{\"f\": [{\"k\": [\"\\u0000\"]}]}");
        assertThrows(ClientError.class, () -> Field.json("f").read(body));
    }

    @ParameterizedTest(name = "small number {0}: {1}")
    @CsvSource({"0, true", "-32768, true", "32767, true", "32768, false", "1.5, false", "x, false", "true, false"})
    void smallNumbersAreLimitedTo16Bits(String value, boolean fits) {
        Field field = Field.smallNumber("f", "0");
        JsonNode body = Json.MAPPER.createObjectNode().put("f", value);
        boolean accepted;
        try {
            accepted = field.read(body).equals(value);
        } catch (ClientError e) {
            accepted = false;
        }
        assertEquals(fits, accepted);
    }

    @Test
    void loneSurrogatesAreNotStorable() {
        assertTrue(Json.isStorable("\uD83D\uDE00") && !Json.isStorable("\uDE00") && !Json.isStorable("x\uD83D"));
    }
}

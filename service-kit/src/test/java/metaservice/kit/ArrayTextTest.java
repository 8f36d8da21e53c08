package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayTextTest {

    @ParameterizedTest(name = "{0} is stored as {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "nothing",
            value = {
                "[] | {}",
                "[\"numbers=1\"] | {numbers=1}",
                "[\"a\", \"b\"] | {a,b}",
                "[1, 2.50] | {1,2.50}",
                "[true, false, null] | {t,f,NULL}",
                "[[\"a\"], [\"b\"]] | {{a},{b}}",
                "[\"\", \"null\", \"NULL\"] | {\"\",\"null\",\"NULL\"}",
                "[\"a,b\", \"c d\", \"{e}\"] | {\"a,b\",\"c d\",\"{e}\"}",
                "[\"q\\\"q\", \"b\\\\b\"] | {\"q\\\"q\",\"b\\\\b\"}",
                "[{}] | nothing"
            })
    void arraysAreConvertedToPostgresqlSyntax(String json, String expected) {
        assertEquals(
                expected,
                ArrayText.of(Json.parse(json.getBytes(StandardCharsets.UTF_8))).orElse(null));
    }
}

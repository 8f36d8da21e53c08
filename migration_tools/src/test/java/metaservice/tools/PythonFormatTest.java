package metaservice.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonFormatTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                        | {}",
                "{\"a\":[],\"b\":{}}       | {'a': [], 'b': {}}",
                "[true,false,null]         | [True, False, None]",
                "[1,-2,1.5]                | [1, -2, 1.5]",
                "\"20260706000003\"        | '20260706000003'",
                "\"it's\"                  | \"it's\"",
                "\"it's \\\"so\\\"\"       | 'it\\'s \"so\"'",
                "\"say \\\"so\\\"\"        | 'say \"so\"'",
                "\"a\\\\b\\n\\t\\u0001\"   | 'a\\\\b\\n\\t\\x01'",
                "\"\\u00e9\\ud83d\\ude00\" | 'é😀'"
            })
    void valuesAreFormattedAsPythonPrintsThem(String json, String text) throws JsonProcessingException {
        assertEquals(text, PythonFormat.format(new JsonMapper().readTree(json)));
    }
}

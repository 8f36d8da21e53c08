package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class VariablesTest {

    private final Variables variables = new Variables();

    @Test
    void valuesOfAnAnswerAreCaptured() {
        Answer answer = new Answer(200, Map.of("X-Next-Cursor", "a+/="), "[{\"run_number\": 7}]");
        variables.capture(Map.of("cursor", "header X-Next-Cursor", "run", "body.0.run_number"), answer);
        assertEquals("_cursor=a%2B%2F%3D&x=7", variables.inAddress("_cursor=${cursor}&x=${run}"));
        assertEquals("a+/= 7", variables.inText("${cursor} ${run}"));
    }

    @Test
    void aStringThatIsOneReferenceBecomesTheCapturedValue() {
        variables.capture(Map.of("run", "body.run"), new Answer(200, Map.of(), "{\"run\": 7}"));
        String filled = Json.write(variables.in(
                Json.parse("{\"a\": [\"${run}\", \"r${run}\"], \"b\": 1}").orElseThrow()));
        assertEquals("{\"a\":[7,\"r7\"],\"b\":1}", filled);
    }

    @Test
    void unknownNamesAndDollarsAreNotChanged() {
        variables.set("known", "$1 \\");
        assertEquals("${unknown} $1 \\", variables.inText("${unknown} ${known}"));
    }

    @Test
    void valuesMissingInTheAnswerAreNotCaptured() {
        variables.set("cursor", "before");
        variables.capture(Map.of("cursor", "header X-Next-Cursor"), new Answer(404, Map.of(), ""));
        assertEquals("before", variables.inText("${cursor}"));
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonComparisonTest {

    private static final JsonComparison ORDINARY = new JsonComparison(false, false);

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "same",
            value = {
                "{}                       | {}                       | same",
                "1                        | 1                        | same",
                "1                        | 1.0                      | body: 1.0, expected 1",
                "1.5                      | 1.50                     | same",
                "1                        | true                     | body: true, expected 1",
                "1                        | \"1\"                    | body: \"1\", expected 1",
                "null                     | false                    | body: false, expected null",
                "{\"a\":null}             | {}                       | body.a missing",
                "{}                       | {\"a\":null}             | body.a unexpected (null)",
                "{\"a\":[{\"b\":1}]}      | {\"a\":[{\"b\":2}]}      | body.a[0].b: 2, expected 1",
                "[1,2]                    | [2,1]                    | body[0]: 2, expected 1",
                "[1,2]                    | [1]                      | body: 1 items, expected 2",
                "123456789012345678901234 | 123456789012345678901234 | same",
                "123456789012345678901234 | 123456789012345678901235 | body: 123456789012345678901235, expected 123456789012345678901234",
                // times
                "{\"ts_epoch\":1}             | {\"ts_epoch\":2}       | same",
                "{\"created_at\":1}           | {\"created_at\":2}     | same",
                "[{\"last_heartbeat_ts\":1}]  | [{\"last_heartbeat_ts\":7}] | same",
                "{\"ts_epoch\":1}             | {\"ts_epoch\":null}    | body.ts_epoch: null is not an integer",
                "{\"ts_epoch\":1}             | {\"ts_epoch\":1.5}     | body.ts_epoch: 1.5 is not an integer",
                "{\"ts_epoch\":null}          | {\"ts_epoch\":1}       | body.ts_epoch: 1, expected null",
                "{\"ts_epoch\":\"1\"}         | {\"ts_epoch\":\"2\"}   | body.ts_epoch: \"2\", expected \"1\"",
                "{\"ts\":1}                   | {\"ts\":2}             | body.ts: 2, expected 1",
                // tags
                "{\"tags\":[\"a\",\"b\"]}     | {\"tags\":[\"b\",\"a\"]}     | same",
                "{\"tags\":[\"a\",\"a\"]}     | {\"tags\":[\"a\",\"b\"]}     | body.tags: no item equal to \"a\"",
                "{\"tags\":[\"a\"]}           | {\"tags\":[\"a\",\"a\"]}     | body.tags: 2 items, expected 1",
                "{\"tags\":[[1],2]}           | {\"tags\":[2,[1]]}           | body.tags[0]: 2, expected [1]",
                "{\"system_tags\":[1,2]}      | {\"system_tags\":[2,1]}      | body.system_tags[0]: 2, expected 1",
                // JSON inside strings
                "\"{\\\"a\\\":1}\"            | \"{ \\\"a\\\" : 1 }\"        | same",
                "\"{\\\"a\\\":1}\"            | \"{\\\"a\\\":2}\"            | body(json).a: 2, expected 1",
                "\"{\\\"ts_epoch\\\":1}\"     | \"{\\\"ts_epoch\\\":2}\"     | same",
                "\"[1]\"                      | \"[1] \"                     | body: \"[1] \", expected \"[1]\"",
                "\"{\\\"a\\\":1}\"            | {\"a\":1}                    | body: {\"a\":1}, expected \"{\\\"a\\\":1}\""
            })
    void theFirstDifferenceIsReportedWithItsPath(String want, String got, String difference) {
        assertEquals(difference, differenceOf(ORDINARY, want, got));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "same",
            value = {
                "[{\"a\":1},{\"a\":2}] | [{\"a\":2},{\"a\":1}] | same",
                "[1,1,2]               | [1,2,2]               | body: no item equal to 1",
                "[[1,2]]               | [[2,1]]               | body: no item equal to [1,2]",
                "[1]                   | {}                    | body: {}, expected [1]"
            })
    void onlyTheOutermostArrayOfAnUnorderedBodyIsASet(String want, String got, String difference) {
        assertEquals(difference, differenceOf(new JsonComparison(false, true), want, got));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "same",
            value = {
                "{\"ts_epoch\":1} | {\"ts_epoch\":1} | same",
                "{\"ts_epoch\":1} | {\"ts_epoch\":2} | body.ts_epoch: 2, expected 1"
            })
    void exactTimesAreComparedLikeOtherNumbers(String want, String got, String difference) {
        assertEquals(difference, differenceOf(new JsonComparison(true, false), want, got));
    }

    private static String differenceOf(JsonComparison comparison, String want, String got) {
        return comparison
                .difference(
                        "body", Json.parse(want).orElseThrow(), Json.parse(got).orElseThrow())
                .orElse(null);
    }
}

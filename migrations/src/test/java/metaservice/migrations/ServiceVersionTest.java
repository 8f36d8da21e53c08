package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceVersionTest {

    @ParameterizedTest(name = "{0} against {1}: {2}")
    @CsvSource({"2.9.0, 2.10.0, -1", "2.5.1, 2.5.1, 0", "3.0.0, 2.99.99, 1", "1.0.1, 1.0.0, 1"})
    void versionsCompareByParts(String left, String right, int expected) {
        assertEquals(expected, Integer.signum(ServiceVersion.parse(left).compareTo(ServiceVersion.parse(right))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.0", "1.0.0.0", "1.0.x", "v1.0.0", "1.0.-1", "1.0.12345678901"})
    void otherTextIsRejected(String text) {
        assertThrows(IllegalArgumentException.class, () -> ServiceVersion.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.1", "2.5.1", "10.20.30"})
    void parseAcceptsToString(String text) {
        assertEquals(text, ServiceVersion.parse(text).toString());
    }
}

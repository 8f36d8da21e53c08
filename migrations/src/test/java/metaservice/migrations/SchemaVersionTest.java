package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaVersionTest {

    @Test
    void versionsCompareAsNumbersNotAsDatesOrText() {
        List<String> sorted = Stream.of("20211202100726", "20210260056859", "1", "20210202145952", "0", "9")
                .map(SchemaVersion::parse)
                .sorted()
                .map(SchemaVersion::toString)
                .toList();
        assertEquals(List.of("0", "1", "9", "20210202145952", "20210260056859", "20211202100726"), sorted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "-1", "+1", "1.0", "v1", "1234567890123456789", "١"})
    void otherTextIsRejected(String text) {
        assertThrows(IllegalArgumentException.class, () -> SchemaVersion.parse(text));
    }

    @Test
    void bundledVersionsAreTheRecordedOnesFollowedByOurs() {
        List<String> names = BundledFiles.load().migrations().stream()
                .map(one -> one.version().toString())
                .toList();
        assertEquals(
                List.of(
                        "1",
                        "20200603104139",
                        "20201002000616",
                        "20210202145952",
                        "20210260056859",
                        "20211202100726",
                        "20220503175500",
                        "20230118020300",
                        "20260615000000",
                        "20260706000000",
                        "20260706000001",
                        "20260706000002",
                        "20260706000003",
                        "20261120000000"),
                names);
    }
}

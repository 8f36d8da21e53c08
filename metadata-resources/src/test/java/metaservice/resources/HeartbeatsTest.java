package metaservice.resources;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.charset.StandardCharsets;
import metaservice.kit.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatsTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | true",
                "5 | true",
                "[] | false",
                "[\"user:a\"] | false",
                "[5] | true",
                "\"metaflow_version:2.2.0\" | false",
                "{\"metaflow_version:2.3.0\": 1} | true",
                "{\"metaflow_version:2.2.0\": 1} | false",
                "[\"metaflow_version:2.2.11\"] | false",
                "[\"metaflow_version:2.2.12\"] | true",
                "[\"metaflow_version:2.2.12rc1\"] | true",
                "[\"metaflow_version:2\"] | false",
                "[\"metaflow_version:3\"] | true",
                "[\"metaflow_version:1.13.9\"] | false",
                "[\"metaflow_version:1.14\"] | true",
                "[\"metaflow_version:02.2.12\"] | false",
                "[\"metaflow_version:abc\"] | true",
                "[\"metaflow_version:2.2.0\", \"metaflow_version:3.0\"] | false",
                "[\"metaflow_version:99999999999999999999\"] | true"
            })
    void versionTagDecidesWhetherAClientSendsHeartbeats(String systemTags, boolean expected) {
        JsonNode tags = Json.parse(systemTags.getBytes(StandardCharsets.UTF_8));
        assertEquals(expected, Heartbeats.areSentBy(tags));
    }

    @Test
    void clientsWithoutSystemTagsSendHeartbeats() {
        assertEquals(true, Heartbeats.areSentBy(MissingNode.getInstance()));
    }
}

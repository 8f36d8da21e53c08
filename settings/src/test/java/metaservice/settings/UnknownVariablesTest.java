package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownVariablesTest {

    @ParameterizedTest
    @CsvSource({
        "MF_UPGRADE_SWOP, MF_UPGRADE_SWAP",
        "MF_METADATA_DB_HOSTS, MF_METADATA_DB_HOST",
        "MF_METADATA_DB_PASWD, MF_METADATA_DB_PSWD",
        "MF_METADATA_DB_DNS_FILE, MF_METADATA_DB_DSN_FILE"
    })
    void mostSimilarNameIsSuggested(String name, String meant) {
        assertEquals(
                List.of(name + " is not a setting and is ignored; did you mean " + meant + "?"),
                UnknownVariables.warnings(Map.of(name, "x")));
    }

    @Test
    void nameWithoutSimilarSettingGetsNoSuggestion() {
        assertEquals(
                List.of("MF_FAVOURITE_COLOUR is not a setting and is ignored; --help lists the settings"),
                UnknownVariables.warnings(Map.of("MF_FAVOURITE_COLOUR", "x")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MF_BASEURL",
                "MF_LOG_LOAD_POLICY",
                "MF_SERVICE_STARTUP_RETRIES",
                "MF_METADATA_DB_SSL_ROOT_CERT",
                "MF_FLOW_SERVICE_HOST",
                "MF_FLOW_PORT_8080_TCP_ADDR",
                "LOGLEVELS"
            })
    void knownOtherNamesGetNoWarning(String name) {
        assertEquals(List.of(), UnknownVariables.warnings(Map.of(name, "x")));
    }

    @Test
    void everySettingIsKnown() {
        assertEquals(
                List.of(),
                UnknownVariables.warnings(Stream.concat(Setting.LAUNCHER.stream(), Setting.DATABASE.stream())
                        .collect(Collectors.toMap(Setting::name, setting -> "x"))));
    }
}

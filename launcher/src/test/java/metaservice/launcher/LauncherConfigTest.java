package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import metaservice.migrations.InvalidConfigException;
import metaservice.spi.ServiceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LauncherConfigTest {

    @Test
    void defaultsAreTheReferences() {
        assertEquals(
                new LauncherConfig(
                        "0.0.0.0",
                        8080,
                        8082,
                        true,
                        ServiceSettings.DEFAULTS,
                        Duration.ofSeconds(20),
                        3,
                        Duration.ofSeconds(1),
                        "info"),
                LauncherConfig.fromEnvironment(Map.of()));
    }

    @Test
    void blankIsLikeMissing() {
        assertEquals(
                LauncherConfig.fromEnvironment(Map.of()),
                LauncherConfig.fromEnvironment(Map.of("MF_METADATA_PORT", "", "LOGLEVEL", " ", "PATH_PREFIX", "")));
    }

    @Test
    void everyVariableIsRead() {
        assertEquals(
                new LauncherConfig(
                        "127.0.0.1",
                        0,
                        0,
                        false,
                        new ServiceSettings("/meta", 1000),
                        Duration.ZERO,
                        7,
                        Duration.ZERO,
                        "warn"),
                LauncherConfig.fromEnvironment(Map.of(
                        "MF_METADATA_HOST", "127.0.0.1",
                        "MF_METADATA_PORT", "0",
                        "MF_MIGRATION_PORT", "0",
                        "MF_MIGRATION_ENDPOINTS_ENABLED", "0",
                        "PATH_PREFIX", "/meta",
                        "MF_METADATA_MAX_BODY_BYTES", "1000",
                        "MF_METADATA_DRAIN_SECONDS", "0",
                        "MF_SERVICE_CONNECTION_RETRIES", "7",
                        "MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "0",
                        "LOGLEVEL", "warning")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MF_METADATA_PORT               | http  | expected an integer from 0 to 65535",
                "MF_METADATA_PORT               | 65536 | expected an integer from 0 to 65535",
                "MF_MIGRATION_PORT              | -1    | expected an integer from 0 to 65535",
                "MF_MIGRATION_ENDPOINTS_ENABLED | true  | expected an integer from -2147483648 to 2147483647",
                "PATH_PREFIX                    | meta  | expected a path that begins with / and does not end with it",
                "PATH_PREFIX                    | /a/   | expected a path that begins with / and does not end with it",
                "MF_METADATA_MAX_BODY_BYTES     | 0     | expected an integer from 1 to 1073741824",
                "MF_METADATA_DRAIN_SECONDS      | -1    | expected an integer from 0 to 86400",
                "MF_SERVICE_CONNECTION_RETRIES  | 0     | expected an integer from 1 to 1000000",
                "LOGLEVEL                       | loud  | expected DEBUG, INFO, WARNING, ERROR or CRITICAL"
            })
    void malformedValueIsNamedWithWhatWasExpected(String name, String value, String expected) {
        assertEquals(List.of(name + " is '" + value + "'; " + expected), problems(Map.of(name, value)));
    }

    @Test
    void twoListenersOnOnePortAreAProblem() {
        assertEquals(
                List.of("MF_MIGRATION_PORT is 8080, as is MF_METADATA_PORT; expected two different ports"),
                problems(Map.of("MF_MIGRATION_PORT", "8080")));
    }

    @Test
    void allProblemsAreToldTogether() {
        assertEquals(
                3,
                problems(Map.of("MF_METADATA_PORT", "x", "PATH_PREFIX", "x", "LOGLEVEL", "x"))
                        .size());
    }

    private static List<String> problems(Map<String, String> environment) {
        return assertThrows(InvalidConfigException.class, () -> LauncherConfig.fromEnvironment(environment))
                .problems();
    }
}

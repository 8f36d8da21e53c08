package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LauncherConfigTest {

    private static final String PREFIX_EXPECTED =
            "a path such as /api/metadata, that starts with / and needs no percent-encoding";

    @Test
    void defaultsAreThoseOfTheReference() {
        assertEquals(
                new LauncherConfig(
                        Map.of(
                                "migration",
                                new ListenAddress("0.0.0.0", 8082, Setting.MIGRATION_HOST, Setting.MIGRATION_PORT),
                                "metadata",
                                new ListenAddress("0.0.0.0", 8080, Setting.HOST, Setting.METADATA_PORT)),
                        List.of(),
                        true,
                        new ServiceOptions(
                                "",
                                16 << 20,
                                List.of(),
                                new TableNames(
                                        "flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3"),
                                false,
                                Optional.empty(),
                                Duration.ofMinutes(6)),
                        Duration.ofSeconds(20),
                        true,
                        true,
                        Duration.ofSeconds(30),
                        3,
                        Duration.ofSeconds(1),
                        "info",
                        false),
                LauncherConfig.fromEnvironment(Map.of()));
    }

    @Test
    void blankVariablesCountAsUnset() {
        assertEquals(
                LauncherConfig.fromEnvironment(Map.of()),
                LauncherConfig.fromEnvironment(Map.of("MF_METADATA_PORT", "", "LOGLEVEL", " ", "PATH_PREFIX", "")));
    }

    @Test
    void everyVariableIsRead() {
        assertEquals(
                new LauncherConfig(
                        Map.of(
                                "ui", new ListenAddress("127.0.0.3", 1083, Setting.UI_HOST, Setting.UI_PORT),
                                "metadata", new ListenAddress("127.0.0.1", 0, Setting.HOST, Setting.METADATA_PORT),
                                "migration",
                                        new ListenAddress(
                                                "127.0.0.2", 0, Setting.MIGRATION_HOST, Setting.MIGRATION_PORT),
                                "schemaspaces",
                                        new ListenAddress("127.0.0.1", 1084, Setting.HOST, Setting.SCHEMASPACES_PORT)),
                        List.of("meta.example", "[::1]:8080"),
                        false,
                        new ServiceOptions(
                                "/meta",
                                1000,
                                List.of("https://ui.example", "http://localhost:3000"),
                                new TableNames("a", "x.b", "c_1", "D", "e", "f"),
                                true,
                                Optional.of("mf"),
                                Duration.ofSeconds(60)),
                        Duration.ZERO,
                        false,
                        false,
                        Duration.ofSeconds(5),
                        7,
                        Duration.ZERO,
                        "warn",
                        true),
                LauncherConfig.fromEnvironment(Map.ofEntries(
                        Map.entry("MF_SERVICES", " ui , metadata,migration, schemaspaces"),
                        Map.entry("MF_METADATA_HOST", "127.0.0.1"),
                        Map.entry("MF_MIGRATION_HOST", "127.0.0.2"),
                        Map.entry("MF_UI_METADATA_HOST", "127.0.0.3"),
                        Map.entry("MF_UI_METADATA_PORT", "1083"),
                        Map.entry("MF_SCHEMASPACES_PORT", "1084"),
                        Map.entry("MF_ALLOWED_HOSTS", "meta.example, [::1]:8080"),
                        Map.entry("MF_METADATA_PORT", "0"),
                        Map.entry("MF_MIGRATION_PORT", "0"),
                        Map.entry("MF_MIGRATION_ENDPOINTS_ENABLED", "0"),
                        Map.entry("PATH_PREFIX", "/meta"),
                        Map.entry("MF_METADATA_MAX_BODY_BYTES", "1000"),
                        Map.entry("MF_METADATA_DRAIN_SECONDS", "0"),
                        Map.entry("MF_UPGRADE_SWAP", "OFF"),
                        Map.entry("MF_UPGRADE_PAUSES", "off"),
                        Map.entry("MF_UPGRADE_POLL_SECONDS", "5"),
                        Map.entry("MF_SERVICE_CONNECTION_RETRIES", "7"),
                        Map.entry("MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "0"),
                        Map.entry("RUN_INACTIVE_CUTOFF_TIME", "60"),
                        Map.entry("DB_TABLE_NAME_FLOWS", "a"),
                        Map.entry("DB_TABLE_NAME_RUNS", "x.b"),
                        Map.entry("DB_TABLE_NAME_STEPS", "c_1"),
                        Map.entry("DB_TABLE_NAME_TASKS", "D"),
                        Map.entry("DB_TABLE_NAME_METADATA", "e"),
                        Map.entry("DB_TABLE_NAME_ARTIFACT", "f"),
                        Map.entry("DB_TRIGGER_CREATE", "1"),
                        Map.entry("DB_SCHEMA_NAME", "mf"),
                        Map.entry("ORIGIN_TO_ALLOW_CORS_FROM", "https://ui.example, http://localhost:3000"),
                        Map.entry("AIOPG_ECHO", "1"),
                        Map.entry("LOGLEVEL", "warning"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MF_METADATA_PORT               | http  | expected an integer from 0 to 65535",
                "MF_METADATA_PORT               | 65536 | expected an integer from 0 to 65535",
                "MF_MIGRATION_PORT              | -1    | expected an integer from 0 to 65535",
                "MF_MIGRATION_ENDPOINTS_ENABLED | true  | expected an integer from -2147483648 to 2147483647",
                "PATH_PREFIX                    | meta  | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | meta/ | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | //    | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a//  | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | //a   | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a//b | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a b  | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /ä    | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a%20 | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a?b  | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a#b  | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /../a | expected " + PREFIX_EXPECTED,
                "PATH_PREFIX                    | /a/.  | expected " + PREFIX_EXPECTED,
                "MF_METADATA_MAX_BODY_BYTES     | 0     | expected an integer from 1 to 1073741824",
                "MF_METADATA_DRAIN_SECONDS      | -1    | expected an integer from 0 to 86400",
                "MF_UPGRADE_SWAP                | maybe | expected on or off",
                "MF_UPGRADE_PAUSES              | some  | expected on or off",
                "MF_UPGRADE_POLL_SECONDS        | 0     | expected an integer from 1 to 86400",
                "MF_SERVICE_CONNECTION_RETRIES  | 0     | expected an integer from 1 to 1000000",
                "RUN_INACTIVE_CUTOFF_TIME       | 6min  | expected an integer from 0 to 2147483647",
                "DB_TABLE_NAME_FLOWS            | f; x  | expected letters, digits and underscores, optionally preceded by a schema name and a dot",
                "DB_TABLE_NAME_RUNS             | a.b.c | expected letters, digits and underscores, optionally preceded by a schema name and a dot",
                "DB_TABLE_NAME_ARTIFACT         | 1a    | expected letters, digits and underscores, optionally preceded by a schema name and a dot",
                "ORIGIN_TO_ALLOW_CORS_FROM      | ui    | expected * or origins like https://ui.example:8083, separated by commas",
                "MF_SERVICES                    | a,    | expected one or more of [metadata, migration, schemaspaces, ui], separated by commas",
                "MF_SERVICES                    | meta  | expected one or more of [metadata, migration, schemaspaces, ui], separated by commas",
                "MF_ALLOWED_HOSTS               | a b   | expected host names like meta.example:8080, separated by commas",
                "LOGLEVEL                       | loud  | expected DEBUG, INFO, WARNING, ERROR or CRITICAL"
            })
    void malformedValueIsReportedWithTheExpectedValues(String name, String value, String expected) {
        assertEquals(List.of(name + " is '" + value + "'; " + expected), problems(Map.of(name, value)));
    }

    @ParameterizedTest(name = "''{0}'': ''{1}''")
    @CsvSource({
        "/api, /api",
        "/api/, /api",
        "' /api ', /api",
        "/api/metadata/, /api/metadata",
        "/.well-known/a.b, /.well-known/a.b",
        "/v1:a@b~c, /v1:a@b~c",
        "/, ''",
        "'', ''"
    })
    void slashAtTheEndOfThePrefixIsRemoved(String value, String prefix) {
        assertEquals(
                prefix,
                LauncherConfig.fromEnvironment(Map.of("PATH_PREFIX", value))
                        .service()
                        .pathPrefix());
    }

    @ParameterizedTest
    @CsvSource({"true", "0", "yes", "2"})
    void onlyTheValueOneEnablesTriggers(String value) {
        assertEquals(
                false,
                LauncherConfig.fromEnvironment(Map.of("DB_TRIGGER_CREATE", value))
                        .service()
                        .triggers());
    }

    @Test
    void twoListenersOnOnePortAreAProblem() {
        assertEquals(
                List.of("MF_MIGRATION_PORT is 8080, as is MF_METADATA_PORT; expected two different ports"),
                problems(Map.of("MF_MIGRATION_PORT", "8080")));
    }

    @Test
    void portsOfServicesThatDoNotRunMayBeEqual() {
        assertEquals(
                Set.of("migration", "metadata"),
                LauncherConfig.fromEnvironment(Map.of("MF_UI_METADATA_PORT", "8080"))
                        .services()
                        .keySet());
        assertEquals(
                List.of("MF_UI_METADATA_PORT is 8080, as is MF_METADATA_PORT; expected two different ports"),
                problems(Map.of("MF_SERVICES", "metadata,ui", "MF_UI_METADATA_PORT", "8080")));
    }

    @Test
    void servicesKeepTheConfiguredOrder() {
        assertEquals(
                List.of("ui", "migration", "metadata"),
                List.copyOf(LauncherConfig.fromEnvironment(Map.of("MF_SERVICES", "ui,migration,metadata"))
                        .services()
                        .keySet()));
    }

    @Test
    void portOfAnotherKindHasItsOwnSetting() {
        LauncherConfig config = LauncherConfig.fromEnvironment(
                Map.of("MF_SERVICES", "my-kind", "MF_MY_KIND_PORT", "81"), Set.of("my-kind", "metadata"));
        assertEquals(81, config.listener("my-kind").orElseThrow().port());
        assertEquals(Optional.empty(), config.listener("metadata"));
    }

    @Test
    void listenersUseTheMainHostByDefault() {
        LauncherConfig config =
                LauncherConfig.fromEnvironment(Map.of("MF_METADATA_HOST", "127.0.0.9", "MF_SERVICES", "migration,ui"));
        assertEquals("127.0.0.9", config.listener("migration").orElseThrow().host());
        assertEquals("127.0.0.9", config.listener("ui").orElseThrow().host());
    }

    @Test
    void allProblemsAreReportedTogether() {
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

package metaservice.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import metaservice.migrations.InvalidConfigException;
import metaservice.spi.ServiceSettings;

/**
 * What the operator chose, apart from where the database is and {@linkplain TokenSettings whose credentials clients
 * get}. Read from the environment here and nowhere else.
 *
 * @param host address both listeners bind to
 * @param metadataPort port of the front door, 0 to 65535; 0 means any free one
 * @param migrationPort port of the migration API, likewise
 * @param upgradeEndpoint whether the migration API offers {@code /upgrade}
 * @param service what is handed on to every service version
 * @param drainTimeout longest wait for requests in flight when stopping; zero does not wait
 * @param connectionAttempts how often the database is tried at start, 1 or more
 * @param connectionWait pause between two of these attempts; zero does not wait
 * @param logLevel as slf4j-simple spells it
 */
record LauncherConfig(
        String host,
        int metadataPort,
        int migrationPort,
        boolean upgradeEndpoint,
        ServiceSettings service,
        Duration drainTimeout,
        int connectionAttempts,
        Duration connectionWait,
        String logLevel) {

    private static final Map<String, String> LOG_LEVELS = Map.of(
            "TRACE", "trace",
            "DEBUG", "debug",
            "INFO", "info",
            "WARNING", "warn",
            "WARN", "warn",
            "ERROR", "error",
            "CRITICAL", "error",
            "FATAL", "error");

    private static final int MOST_SECONDS = 86_400;

    /**
     * Reads the environment; a variable that is missing or blank has its default.
     *
     * @throws InvalidConfigException with all problems at once, each naming its variable and what was expected
     */
    static LauncherConfig fromEnvironment(Map<String, String> environment) {
        Reader reader = new Reader(environment, new ArrayList<>());
        LauncherConfig config = new LauncherConfig(
                reader.text(Setting.HOST),
                reader.integer(Setting.METADATA_PORT, 0, 65535),
                reader.integer(Setting.MIGRATION_PORT, 0, 65535),
                reader.integer(Setting.UPGRADE_ENDPOINT, Integer.MIN_VALUE, Integer.MAX_VALUE) != 0,
                new ServiceSettings(reader.pathPrefix(), reader.integer(Setting.MAX_BODY, 1, 1 << 30)),
                Duration.ofSeconds(reader.integer(Setting.DRAIN, 0, MOST_SECONDS)),
                reader.integer(Setting.ATTEMPTS, 1, 1_000_000),
                Duration.ofSeconds(reader.integer(Setting.ATTEMPT_WAIT, 0, MOST_SECONDS)),
                reader.logLevel());
        if (config.metadataPort != 0 && config.metadataPort == config.migrationPort) {
            reader.problems.add(Setting.MIGRATION_PORT.name() + " is " + config.migrationPort + ", as is "
                    + Setting.METADATA_PORT.name() + "; expected two different ports");
        }
        if (!reader.problems.isEmpty()) {
            throw new InvalidConfigException(reader.problems);
        }
        return config;
    }

    /** The values in force, for the log; there is no secret among them. */
    String describe() {
        return Setting.HOST.name() + "=" + host + " "
                + Setting.METADATA_PORT.name() + "=" + metadataPort + " "
                + Setting.MIGRATION_PORT.name() + "=" + migrationPort + " "
                + Setting.UPGRADE_ENDPOINT.name() + "=" + (upgradeEndpoint ? 1 : 0) + " "
                + Setting.PATH_PREFIX.name() + "=" + service.pathPrefix() + " "
                + Setting.MAX_BODY.name() + "=" + service.maxBodyBytes() + " "
                + Setting.DRAIN.name() + "=" + drainTimeout.toSeconds() + " "
                + Setting.ATTEMPTS.name() + "=" + connectionAttempts + " "
                + Setting.ATTEMPT_WAIT.name() + "=" + connectionWait.toSeconds() + " "
                + Setting.LOG_LEVEL.name() + "=" + logLevel;
    }

    /** Reads single settings and collects what is wrong with them. */
    private record Reader(Map<String, String> environment, List<String> problems) {

        String text(Setting setting) {
            String value = environment.getOrDefault(setting.name(), "").strip();
            return value.isEmpty() ? setting.otherwise() : value;
        }

        int integer(Setting setting, int least, int most) {
            String value = text(setting);
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below, together with numbers out of range
            }
            problem(setting, value, "an integer from " + least + " to " + most);
            return Integer.parseInt(setting.otherwise());
        }

        String pathPrefix() {
            String value =
                    environment.getOrDefault(Setting.PATH_PREFIX.name(), "").strip();
            if (value.isEmpty() || (value.startsWith("/") && !value.endsWith("/"))) {
                return value;
            }
            problem(Setting.PATH_PREFIX, value, "a path that begins with / and does not end with it");
            return "";
        }

        String logLevel() {
            String value = text(Setting.LOG_LEVEL);
            String level = LOG_LEVELS.get(value.toUpperCase(Locale.ROOT));
            if (level == null) {
                problem(Setting.LOG_LEVEL, value, "DEBUG, INFO, WARNING, ERROR or CRITICAL");
                return "info";
            }
            return level;
        }

        private void problem(Setting setting, String value, String expected) {
            problems.add(setting.name() + " is '" + value + "'; expected " + expected);
        }
    }
}

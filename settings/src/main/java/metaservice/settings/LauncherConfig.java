package metaservice.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the operator chose, apart from where the database is and {@linkplain TokenSettings whose credentials clients
 * get}. Read from the environment here and nowhere else.
 *
 * @param host address both listeners bind to
 * @param metadataPort port of the front door, 0 to 65535; 0 means any free one
 * @param migrationPort port of the migration API, likewise
 * @param upgradeEndpoint whether the migration API offers {@code /upgrade}
 * @param service what is handed on to every service version
 * @param drainTimeout longest wait for requests in flight when stopping or swapping; zero does not wait
 * @param swaps whether another service version may take over without a restart
 * @param pauses whether upgrades and swaps pause while clients are served
 * @param pollInterval pause between two looks at the schema, more than zero
 * @param connectionAttempts how often the database is tried at start, 1 or more
 * @param connectionWait pause between two of these attempts; zero does not wait
 * @param logLevel as slf4j-simple spells it
 * @param logStatements whether every SQL statement is logged, whatever the level
 */
public record LauncherConfig(
        String host,
        int metadataPort,
        int migrationPort,
        boolean upgradeEndpoint,
        ServiceOptions service,
        Duration drainTimeout,
        boolean swaps,
        boolean pauses,
        Duration pollInterval,
        int connectionAttempts,
        Duration connectionWait,
        String logLevel,
        boolean logStatements) {

    private static final Map<String, String> LOG_LEVELS = Map.of(
            "TRACE", "trace",
            "DEBUG", "debug",
            "INFO", "info",
            "WARNING", "warn",
            "WARN", "warn",
            "ERROR", "error",
            "CRITICAL", "error",
            "FATAL", "error");

    /** As browsers write them: nothing after host and port. */
    private static final Pattern ORIGIN = Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[^/?#,\\s]+");

    private static final Map<String, Boolean> ON_OR_OFF =
            Map.of("on", true, "off", false, "true", true, "false", false, "1", true, "0", false);

    private static final int MOST_SECONDS = 86_400;

    /**
     * Reads the environment; a variable that is missing or blank has its default.
     *
     * @throws InvalidConfigException with all problems at once, each naming its variable and what was expected
     */
    public static LauncherConfig fromEnvironment(Map<String, String> environment) {
        Reader reader = new Reader(environment, new ArrayList<>());
        LauncherConfig config = new LauncherConfig(
                reader.text(Setting.HOST),
                reader.integer(Setting.METADATA_PORT, 0, 65535),
                reader.integer(Setting.MIGRATION_PORT, 0, 65535),
                reader.integer(Setting.UPGRADE_ENDPOINT, Integer.MIN_VALUE, Integer.MAX_VALUE) != 0,
                reader.service(),
                Duration.ofSeconds(reader.integer(Setting.DRAIN, 0, MOST_SECONDS)),
                reader.onOrOff(Setting.SWAP),
                reader.onOrOff(Setting.PAUSES),
                Duration.ofSeconds(reader.integer(Setting.POLL, 1, MOST_SECONDS)),
                reader.integer(Setting.ATTEMPTS, 1, 1_000_000),
                Duration.ofSeconds(reader.integer(Setting.ATTEMPT_WAIT, 0, MOST_SECONDS)),
                reader.logLevel(),
                reader.text(Setting.ECHO).equals("1"));
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
    public String describe() {
        return Setting.HOST.name() + "=" + host + " "
                + Setting.METADATA_PORT.name() + "=" + metadataPort + " "
                + Setting.MIGRATION_PORT.name() + "=" + migrationPort + " "
                + Setting.UPGRADE_ENDPOINT.name() + "=" + (upgradeEndpoint ? 1 : 0) + " "
                + Setting.PATH_PREFIX.name() + "=" + service.pathPrefix() + " "
                + Setting.MAX_BODY.name() + "=" + service.maxBodyBytes() + " "
                + Setting.DRAIN.name() + "=" + drainTimeout.toSeconds() + " "
                + Setting.SWAP.name() + "=" + (swaps ? "on" : "off") + " "
                + Setting.PAUSES.name() + "=" + (pauses ? "on" : "off") + " "
                + Setting.POLL.name() + "=" + pollInterval.toSeconds() + " "
                + Setting.ATTEMPTS.name() + "=" + connectionAttempts + " "
                + Setting.ATTEMPT_WAIT.name() + "=" + connectionWait.toSeconds() + " "
                + Setting.LOG_LEVEL.name() + "=" + logLevel + " "
                + Setting.ECHO.name() + "=" + (logStatements ? 1 : 0) + " "
                + Setting.CUTOFF.name() + "=" + service.inactiveCutoff().toSeconds() + " "
                + Setting.TRIGGERS.name() + "=" + (service.triggerSchema().isPresent() ? 1 : 0) + " "
                + Setting.ORIGINS.name() + "=" + String.join(",", service.allowedOrigins()) + " "
                + service.tables();
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

        ServiceOptions service() {
            return new ServiceOptions(
                    pathPrefix(),
                    integer(Setting.MAX_BODY, 1, 1 << 30),
                    origins(),
                    new TableNames(
                            table(Setting.FLOWS),
                            table(Setting.RUNS),
                            table(Setting.STEPS),
                            table(Setting.TASKS),
                            table(Setting.METADATA),
                            table(Setting.ARTIFACT)),
                    Optional.of(text(Setting.SCHEMA))
                            .filter(schema -> text(Setting.TRIGGERS).equals("1")),
                    Duration.ofSeconds(integer(Setting.CUTOFF, 0, Integer.MAX_VALUE)));
        }

        private List<String> origins() {
            List<String> origins = new ArrayList<>();
            String value = environment.getOrDefault(Setting.ORIGINS.name(), "").strip();
            for (String part : value.isEmpty() ? new String[0] : value.split(",", -1)) {
                String origin = part.strip();
                if (ORIGIN.matcher(origin).matches()) {
                    origins.add(origin);
                } else {
                    problem(Setting.ORIGINS, value, "* or origins like https://ui.example:8083, with commas between");
                    return List.of();
                }
            }
            return origins;
        }

        private String table(Setting setting) {
            String value = text(setting);
            if (TableNames.isName(value)) {
                return value;
            }
            problem(setting, value, "letters, digits and underscores, after a schema and a dot if need be");
            return setting.otherwise();
        }

        boolean onOrOff(Setting setting) {
            String value = text(setting);
            Boolean flag = ON_OR_OFF.get(value.toLowerCase(Locale.ROOT));
            if (flag == null) {
                problem(setting, value, "on or off");
                return ON_OR_OFF.get(setting.otherwise());
            }
            return flag;
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

package metaservice.settings;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings of the launcher, except for the {@linkplain DatabaseConfig database} and the
 * {@linkplain TokenSettings token service}.
 *
 * @param services the services of this process and their listeners, in the configured order: {@link #MIGRATION} is
 *     the migration API, each other name is a service kind; never empty
 * @param allowedHosts allowed values of the Host header; a value without a port allows all ports; empty: no
 *     restriction
 * @param upgradeEndpoint whether the migration API offers {@code /upgrade}
 * @param service settings that are passed to every service version
 * @param drainTimeout longest wait for requests in flight when stopping or swapping; zero does not wait
 * @param swaps whether another service version may take over without a restart
 * @param pauses whether upgrades and swaps pause while requests are being served
 * @param pollInterval interval between checks of the schema, more than zero
 * @param connectionAttempts attempts to connect to the database at start, 1 or more
 * @param connectionWait pause between these attempts; zero does not wait
 * @param logLevel level name of slf4j-simple
 * @param logStatements whether every SQL statement is logged at any level
 */
public record LauncherConfig(
        Map<String, ListenAddress> services,
        List<String> allowedHosts,
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

    /** Origins as browsers send them: scheme, host and port only. */
    private static final Pattern ORIGIN = Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[^/?#,\\s]+");

    private static final Pattern HOST_NAME = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?");

    /** The name of the migration API in {@code MF_SERVICES}. */
    public static final String MIGRATION = "migration";

    /** The services that a process can run. */
    public static final Set<String> KNOWN_SERVICES = Set.of(MIGRATION, "metadata", "ui", "schemaspaces");

    private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9-]*");

    /** Paths are compared as they were sent, so a prefix has one spelling only. Clients remove the segments . and .. */
    private static final Pattern PREFIX = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)*");

    private static final int MAX_SECONDS = 86_400;

    /** Copies the collections and checks the names of the services. */
    public LauncherConfig {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        allowedHosts = List.copyOf(allowedHosts);
        for (String name : services.keySet()) {
            if (!SERVICE.matcher(name).matches()) {
                throw new IllegalArgumentException("service '" + name + "'; expected " + SERVICE);
            }
        }
    }

    /**
     * Reads the environment. An unset or blank variable has its default.
     *
     * @throws InvalidConfigException with all problems, each with its variable and the expected values
     */
    public static LauncherConfig fromEnvironment(Map<String, String> environment) {
        return fromEnvironment(environment, KNOWN_SERVICES);
    }

    /** The same, with other allowed names of services. */
    public static LauncherConfig fromEnvironment(Map<String, String> environment, Set<String> knownServices) {
        EnvironmentReader reader = new EnvironmentReader(environment);
        LauncherConfig config = new LauncherConfig(
                services(reader, knownServices),
                reader.list(Setting.ALLOWED_HOSTS, HOST_NAME, "host names like meta.example:8080, separated by commas"),
                reader.integer(Setting.UPGRADE_ENDPOINT, Integer.MIN_VALUE, Integer.MAX_VALUE) != 0,
                service(reader),
                Duration.ofSeconds(reader.integer(Setting.DRAIN, 0, MAX_SECONDS)),
                reader.onOrOff(Setting.SWAP),
                reader.onOrOff(Setting.PAUSES),
                Duration.ofSeconds(reader.integer(Setting.POLL, 1, MAX_SECONDS)),
                reader.integer(Setting.ATTEMPTS, 1, 1_000_000),
                Duration.ofSeconds(reader.integer(Setting.ATTEMPT_WAIT, 0, MAX_SECONDS)),
                logLevel(reader),
                reader.text(Setting.ECHO).equals("1"));
        config.checkPorts(reader);
        reader.throwIfInvalid();
        return config;
    }

    /** The listener of a service; empty if the process does not run the service. */
    public Optional<ListenAddress> listener(String service) {
        return Optional.ofNullable(services.get(service));
    }

    /** The effective values for the log; contains no secrets. */
    public String describe() {
        return Setting.SERVICES.name() + "=" + String.join(",", services.keySet()) + " "
                + services.values().stream().map(LauncherConfig::describe).collect(Collectors.joining())
                + Setting.ALLOWED_HOSTS.name() + "=" + String.join(",", allowedHosts) + " "
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
                + Setting.TRIGGERS.name() + "=" + (service.triggers() ? 1 : 0) + " "
                + Setting.ORIGINS.name() + "=" + String.join(",", service.allowedOrigins()) + " "
                + service.tables();
    }

    private static ServiceOptions service(EnvironmentReader reader) {
        return new ServiceOptions(
                pathPrefix(reader),
                reader.integer(Setting.MAX_BODY, 1, 1 << 30),
                reader.list(Setting.ORIGINS, ORIGIN, "* or origins like https://ui.example:8083, separated by commas"),
                new TableNames(
                        table(reader, Setting.FLOWS),
                        table(reader, Setting.RUNS),
                        table(reader, Setting.STEPS),
                        table(reader, Setting.TASKS),
                        table(reader, Setting.METADATA),
                        table(reader, Setting.ARTIFACT)),
                reader.text(Setting.TRIGGERS).equals("1"),
                reader.value(Setting.SCHEMA),
                Duration.ofSeconds(reader.integer(Setting.CUTOFF, 0, Integer.MAX_VALUE)));
    }

    private static String table(EnvironmentReader reader, Setting setting) {
        return reader.text(
                setting,
                TableNames.NAME,
                "letters, digits and underscores, optionally preceded by a schema name and a dot");
    }

    private static String pathPrefix(EnvironmentReader reader) {
        String value = reader.value(Setting.PATH_PREFIX).orElse("");
        String prefix = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        if (PREFIX.matcher(prefix).matches()) {
            return prefix;
        }
        reader.reject(
                Setting.PATH_PREFIX,
                value,
                "a path such as /api/metadata, that starts with / and needs no percent-encoding");
        return "";
    }

    private static String logLevel(EnvironmentReader reader) {
        String value = reader.text(Setting.LOG_LEVEL);
        String level = LOG_LEVELS.get(value.toUpperCase(Locale.ROOT));
        if (level == null) {
            reader.reject(Setting.LOG_LEVEL, value, "DEBUG, INFO, WARNING, ERROR or CRITICAL");
            return "info";
        }
        return level;
    }

    private static String describe(ListenAddress listener) {
        return listener.hostSetting().name() + "=" + listener.host() + " "
                + listener.portSetting().name() + "=" + listener.port() + " ";
    }

    /** The configured services and their listeners, in the configured order. */
    private static Map<String, ListenAddress> services(EnvironmentReader reader, Set<String> known) {
        String expected = "one or more of " + new TreeSet<>(known) + ", separated by commas";
        Map<String, ListenAddress> services = new LinkedHashMap<>();
        for (String name : reader.list(Setting.SERVICES, SERVICE, expected)) {
            services.put(name, listener(reader, name));
        }
        if (!known.containsAll(services.keySet())) {
            reader.reject(Setting.SERVICES, reader.text(Setting.SERVICES), expected);
        }
        return services;
    }

    private static ListenAddress listener(EnvironmentReader reader, String service) {
        return switch (service) {
            case "metadata" -> listener(reader, Setting.HOST, Setting.METADATA_PORT);
            case MIGRATION -> listener(reader, Setting.MIGRATION_HOST, Setting.MIGRATION_PORT);
            case "ui" -> listener(reader, Setting.UI_HOST, Setting.UI_PORT);
            case "schemaspaces" -> listener(reader, Setting.HOST, Setting.SCHEMASPACES_PORT);
            default -> listener(reader, Setting.HOST, Setting.portOf(service));
        };
    }

    private static ListenAddress listener(EnvironmentReader reader, Setting host, Setting port) {
        return new ListenAddress(
                reader.value(host).orElseGet(() -> reader.text(Setting.HOST)),
                reader.integer(port, 0, 65535),
                host,
                port);
    }

    /** Reports two listeners with the same port. */
    private void checkPorts(EnvironmentReader reader) {
        Map<Integer, Setting> taken = new HashMap<>();
        for (ListenAddress listener : new TreeMap<>(services).values()) {
            Setting port = listener.portSetting();
            // Port 0 is never taken, because each listener gets a free port of its own.
            Optional<Setting> other = listener.port() == 0
                    ? Optional.empty()
                    : Optional.ofNullable(taken.putIfAbsent(listener.port(), port));
            other.ifPresent(same -> reader.addProblem(port.name() + " is " + listener.port() + ", as is " + same.name()
                    + "; expected two different ports"));
        }
    }
}

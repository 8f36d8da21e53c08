package metaservice.settings;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the operator chose, apart from where the database is and {@linkplain TokenSettings whose credentials clients
 * get}. Read from the environment here and nowhere else.
 *
 * @param services what the process runs, in the order the operator named it in; never empty
 * @param metadata where the front door listens
 * @param migration where the migration API listens
 * @param ui where the ui service listens
 * @param schemaspaces where the schemaspaces service listens
 * @param allowedHosts what the Host header of a request may be, a port after it only if that counts; empty: anything
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
        Set<String> services,
        ListenAddress metadata,
        ListenAddress migration,
        ListenAddress ui,
        ListenAddress schemaspaces,
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

    /** As browsers write them: nothing after host and port. */
    private static final Pattern ORIGIN = Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[^/?#,\\s]+");

    private static final Pattern HOST_NAME = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?");

    /** What a process can be asked to run. */
    public static final Set<String> KNOWN_SERVICES = Set.of("migration", "metadata", "ui", "schemaspaces");

    private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9-]*");

    private static final int MOST_SECONDS = 86_400;

    /** Copies the collections and checks the names of the services. */
    public LauncherConfig {
        services = Collections.unmodifiableSet(new LinkedHashSet<>(services));
        allowedHosts = List.copyOf(allowedHosts);
        for (String name : services) {
            if (!SERVICE.matcher(name).matches()) {
                throw new IllegalArgumentException("service '" + name + "'; expected " + SERVICE);
            }
        }
    }

    /**
     * Reads the environment; a variable that is missing or blank has its default.
     *
     * @throws InvalidConfigException with all problems at once, each naming its variable and what was expected
     */
    public static LauncherConfig fromEnvironment(Map<String, String> environment) {
        return fromEnvironment(environment, KNOWN_SERVICES);
    }

    /** The same, with other names of services than those that are bundled. */
    public static LauncherConfig fromEnvironment(Map<String, String> environment, Set<String> knownServices) {
        Environment reader = new Environment(environment);
        String host = reader.text(Setting.HOST);
        LauncherConfig config = new LauncherConfig(
                services(reader, knownServices),
                new ListenAddress(host, port(reader, Setting.METADATA_PORT)),
                new ListenAddress(
                        reader.given(Setting.MIGRATION_HOST).orElse(host), port(reader, Setting.MIGRATION_PORT)),
                new ListenAddress(reader.given(Setting.UI_HOST).orElse(host), port(reader, Setting.UI_PORT)),
                new ListenAddress(host, port(reader, Setting.SCHEMASPACES_PORT)),
                reader.list(Setting.ALLOWED_HOSTS, HOST_NAME, "host names like meta.example:8080, with commas between"),
                reader.integer(Setting.UPGRADE_ENDPOINT, Integer.MIN_VALUE, Integer.MAX_VALUE) != 0,
                service(reader),
                Duration.ofSeconds(reader.integer(Setting.DRAIN, 0, MOST_SECONDS)),
                reader.onOrOff(Setting.SWAP),
                reader.onOrOff(Setting.PAUSES),
                Duration.ofSeconds(reader.integer(Setting.POLL, 1, MOST_SECONDS)),
                reader.integer(Setting.ATTEMPTS, 1, 1_000_000),
                Duration.ofSeconds(reader.integer(Setting.ATTEMPT_WAIT, 0, MOST_SECONDS)),
                logLevel(reader),
                reader.text(Setting.ECHO).equals("1"));
        config.checkPorts(reader);
        reader.check();
        return config;
    }

    private static int port(Environment reader, Setting setting) {
        return reader.integer(setting, 0, 65535);
    }

    /** The values in force, for the log; there is no secret among them. */
    public String describe() {
        return Setting.SERVICES.name() + "=" + String.join(",", services) + " "
                + Setting.HOST.name() + "=" + metadata.host() + " "
                + Setting.METADATA_PORT.name() + "=" + metadata.port() + " "
                + Setting.MIGRATION_HOST.name() + "=" + migration.host() + " "
                + Setting.MIGRATION_PORT.name() + "=" + migration.port() + " "
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
                + Setting.TRIGGERS.name() + "=" + (service.triggerSchema().isPresent() ? 1 : 0) + " "
                + Setting.ORIGINS.name() + "=" + String.join(",", service.allowedOrigins()) + " "
                + service.tables();
    }

    private static ServiceOptions service(Environment reader) {
        return new ServiceOptions(
                pathPrefix(reader),
                reader.integer(Setting.MAX_BODY, 1, 1 << 30),
                reader.list(Setting.ORIGINS, ORIGIN, "* or origins like https://ui.example:8083, with commas between"),
                new TableNames(
                        table(reader, Setting.FLOWS),
                        table(reader, Setting.RUNS),
                        table(reader, Setting.STEPS),
                        table(reader, Setting.TASKS),
                        table(reader, Setting.METADATA),
                        table(reader, Setting.ARTIFACT)),
                Optional.of(reader.text(Setting.SCHEMA))
                        .filter(schema -> reader.text(Setting.TRIGGERS).equals("1")),
                Duration.ofSeconds(reader.integer(Setting.CUTOFF, 0, Integer.MAX_VALUE)));
    }

    private static String table(Environment reader, Setting setting) {
        return reader.text(
                setting, TableNames.NAME, "letters, digits and underscores, after a schema and a dot if need be");
    }

    private static String pathPrefix(Environment reader) {
        String value = reader.given(Setting.PATH_PREFIX).orElse("");
        if (value.isEmpty() || (value.startsWith("/") && !value.endsWith("/"))) {
            return value;
        }
        reader.wrong(Setting.PATH_PREFIX, value, "a path that begins with / and does not end with it");
        return "";
    }

    private static String logLevel(Environment reader) {
        String value = reader.text(Setting.LOG_LEVEL);
        String level = LOG_LEVELS.get(value.toUpperCase(Locale.ROOT));
        if (level == null) {
            reader.wrong(Setting.LOG_LEVEL, value, "DEBUG, INFO, WARNING, ERROR or CRITICAL");
            return "info";
        }
        return level;
    }

    /** The services that the process runs, in the order they are named in. */
    private static Set<String> services(Environment reader, Set<String> known) {
        String expected = "services of " + new TreeSet<>(known) + ", with commas between";
        Set<String> services = new LinkedHashSet<>(reader.list(Setting.SERVICES, SERVICE, expected));
        if (!known.containsAll(services)) {
            reader.wrong(Setting.SERVICES, reader.text(Setting.SERVICES), expected);
        }
        return services;
    }

    /** Two listeners of services that run must not share a port. */
    private void checkPorts(Environment reader) {
        Map<String, Map.Entry<Setting, ListenAddress>> all = Map.of(
                "metadata", Map.entry(Setting.METADATA_PORT, metadata),
                "migration", Map.entry(Setting.MIGRATION_PORT, migration),
                "ui", Map.entry(Setting.UI_PORT, ui),
                "schemaspaces", Map.entry(Setting.SCHEMASPACES_PORT, schemaspaces));
        Map<Integer, Setting> taken = new HashMap<>();
        for (String name : new TreeSet<>(services)) {
            Map.Entry<Setting, ListenAddress> one = all.get(name);
            if (one != null && one.getValue().port() != 0) {
                int port = one.getValue().port();
                Setting other = taken.putIfAbsent(port, one.getKey());
                if (other != null) {
                    reader.problem(one.getKey().name() + " is " + port + ", as is " + other.name()
                            + "; expected two different ports");
                }
            }
        }
    }
}

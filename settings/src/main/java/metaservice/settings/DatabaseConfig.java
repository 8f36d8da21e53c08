package metaservice.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Connection settings of the database, read from environment variables.
 *
 * @param jdbcUrl address without credentials
 * @param readerUrl address for the separate pool of read requests; empty if there is no such pool
 * @param jdbcProperties properties of the driver, including the user and password of the start; must not be logged
 * @param loginVariables the variables to read user and password from again, for each new connection; empty if no file
 *     contains them; must not be logged
 * @param pooling what the operator says about a connection pooler
 * @param groupsWrites whether services combine writes of the same kind to one statement
 * @param migrationAccess the same database for migrations, if it has a configuration of its own
 * @param poolMin idle connections that a pool keeps open, 0 or more
 * @param poolMax most connections of a pool, 1 or more, not below {@code poolMin}
 * @param timeout longest wait for a connection, and longest duration of a statement
 * @param describe {@code host:port/name} for messages; contains no secret
 * @param ignoredDsn one sentence for the log if {@code MF_METADATA_DB_DSN} is set but cannot be parsed; otherwise
 *     empty
 * @param ignoredSslMode one sentence for the log if {@code MF_METADATA_DB_SSL_MODE} is unknown; otherwise empty
 */
public record DatabaseConfig(
        String jdbcUrl,
        Optional<String> readerUrl,
        Map<String, String> jdbcProperties,
        Map<String, String> loginVariables,
        Pooling pooling,
        boolean groupsWrites,
        Optional<DatabaseConfig> migrationAccess,
        int poolMin,
        int poolMax,
        Duration timeout,
        String describe,
        Optional<String> ignoredDsn,
        Optional<String> ignoredSslMode) {

    private static final String SOCKET_TIMEOUT = "socketTimeout";

    /** Values that the reference treats as true; all other values are false. */
    private static final Set<String> TRUE_VALUES = Set.of("1", "true", "True");

    /** SSL modes that use the certificate settings. */
    private static final Set<String> SSL_MODES = Set.of("allow", "prefer", "require", "verify-ca", "verify-full");

    /** The modes that mean the default of libpq: SSL if the server supports it. */
    private static final Set<String> DISABLED_SSL_MODES = Set.of("disable", "disabled");

    private static final String LIBPQ_SSL_MODE = "prefer";

    /** Keywords of libpq and the driver properties with the same values. */
    private static final Map<String, String> DRIVER_PROPERTIES = Map.ofEntries(
            Map.entry("application_name", "ApplicationName"),
            Map.entry("options", "options"),
            Map.entry("sslcert", "sslcert"),
            Map.entry("sslkey", "sslkey"),
            Map.entry("sslrootcert", "sslrootcert"),
            Map.entry("sslpassword", "sslpassword"),
            Map.entry("sslnegotiation", "sslNegotiation"),
            Map.entry("channel_binding", "channelBinding"),
            Map.entry("require_auth", "requireAuth"),
            Map.entry("gssencmode", "gssEncMode"),
            Map.entry("krbsrvname", "kerberosServerName"));

    private static final Map<String, String> SERVER_TYPES = Map.of(
            "any", "any",
            "read-write", "primary",
            "primary", "primary",
            "read-only", "secondary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");

    /** Longest time to connect to a server. A server that is reachable accepts within three repetitions of a lost packet. */
    private static final Duration LONGEST_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** The settings that name the database: a connection string, or host and port. */
    private record Names(Setting dsn, Setting host, Setting port) {

        static final Names OF_SERVICES = new Names(Setting.DB_DSN, Setting.DB_HOST, Setting.DB_PORT);

        /** Those of migrations, and those of services in place of the ones that are not set. */
        static Names ofMigrations(EnvironmentReader environment) {
            return new Names(
                    environment.isSet(Setting.MIGRATION_DB_DSN) ? Setting.MIGRATION_DB_DSN : Setting.DB_DSN,
                    environment.isSet(Setting.MIGRATION_DB_HOST) ? Setting.MIGRATION_DB_HOST : Setting.DB_HOST,
                    environment.isSet(Setting.MIGRATION_DB_PORT) ? Setting.MIGRATION_DB_PORT : Setting.DB_PORT);
        }

        /** Whether the host setting replaces the host in the connection string. */
        boolean replacesHost() {
            return dsn.equals(Setting.DB_DSN) && host.equals(Setting.MIGRATION_DB_HOST);
        }

        boolean replacesPort() {
            return dsn.equals(Setting.DB_DSN) && port.equals(Setting.MIGRATION_DB_PORT);
        }
    }

    /** Copies the properties. */
    public DatabaseConfig {
        jdbcProperties = Map.copyOf(jdbcProperties);
        loginVariables = Map.copyOf(loginVariables);
    }

    /**
     * Reads the {@code MF_METADATA_DB_...} and {@code MF_MIGRATION_DB_...} variables. An empty variable counts as unset.
     *
     * @throws InvalidConfigException if values are malformed; lists all of them
     */
    public static DatabaseConfig fromEnvironment(Map<String, String> variables) {
        EnvironmentReader environment = new EnvironmentReader(variables);
        Names ofMigrations = Names.ofMigrations(environment);
        Optional<DatabaseConfig> migrationAccess = ofMigrations.equals(Names.OF_SERVICES)
                ? Optional.empty()
                : Optional.of(read(variables, environment, ofMigrations, Pooling.DETECT, Optional.empty()));
        DatabaseConfig config =
                read(variables, environment, Names.OF_SERVICES, Pooling.read(environment), migrationAccess);
        environment.throwIfInvalid();
        return config;
    }

    private static DatabaseConfig read(
            Map<String, String> variables,
            EnvironmentReader environment,
            Names names,
            Pooling pooling,
            Optional<DatabaseConfig> migrationAccess) {
        Duration timeout = environment.seconds(Setting.DB_TIMEOUT);
        int poolMin = environment.integer(Setting.DB_POOL_MIN, 0, 10_000);
        int poolMax = environment.integer(Setting.DB_POOL_MAX, 1, 10_000);
        if (environment.value(Setting.DB_POOL_MAX).isEmpty()) {
            poolMax = Math.max(poolMax, poolMin);
        }
        if (poolMin > poolMax) {
            environment.reject(
                    Setting.DB_POOL_MIN,
                    Integer.toString(poolMin),
                    "not more than " + Setting.DB_POOL_MAX.name() + ", which is " + poolMax);
        }

        Map<String, String> properties = new TreeMap<>();
        properties.put("ApplicationName", "metaservice");
        properties.put("tcpKeepAlive", "true");
        // A replica may become the primary within a second.
        properties.put("hostRecheckSeconds", "1");
        properties.put(
                "connectTimeout",
                wholeSeconds(timeout.compareTo(LONGEST_CONNECT_TIMEOUT) < 0 ? timeout : LONGEST_CONNECT_TIMEOUT));
        // 10 seconds more than the statement timeout, so that the error of the server arrives first.
        properties.put(SOCKET_TIMEOUT, wholeSeconds(timeout.plusSeconds(10)));

        DatabaseLogin login = DatabaseLogin.read(environment, variables, names.dsn());
        properties.putAll(login.properties());
        DatabaseAddress address = login.dsn().isPresent()
                ? fromDsn(environment, names, login.dsn().get(), properties)
                : fromVariables(environment, names, properties);
        Optional<DatabaseAddress> reader = Optional.empty();
        if (TRUE_VALUES.contains(environment.text(Setting.READER_POOL))) {
            reader = Optional.of(
                    login.dsn().isPresent()
                            ? address
                            : addressFromVariables(environment, Setting.REPLICA_HOST, Setting.DB_PORT));
        }
        if (pooling == Pooling.TRANSACTION) {
            properties.putAll(pooledTransactions(timeout));
        }
        return new DatabaseConfig(
                address.jdbcUrl(),
                reader.map(DatabaseAddress::jdbcUrl),
                properties,
                login.variables(),
                pooling,
                environment.onOrOff(Setting.GROUP_WRITES),
                migrationAccess,
                poolMin,
                poolMax,
                timeout,
                address.describe(),
                login.ignoredDsn(),
                login.dsn().isPresent() ? Optional.empty() : ignoredSslMode(environment.text(Setting.DB_SSL_MODE)));
    }

    /**
     * The same for a pooler that gives each transaction another session: no statement is prepared on the server, and the
     * driver limits the run time of statements, because a session setting would apply to other clients.
     */
    public DatabaseConfig withTransactionPooling() {
        Map<String, String> properties = new TreeMap<>(jdbcProperties);
        properties.putAll(pooledTransactions(timeout));
        return new DatabaseConfig(
                jdbcUrl,
                readerUrl,
                properties,
                loginVariables,
                Pooling.TRANSACTION,
                groupsWrites,
                migrationAccess,
                poolMin,
                poolMax,
                timeout,
                describe,
                ignoredDsn,
                ignoredSslMode);
    }

    private static Map<String, String> pooledTransactions(Duration timeout) {
        return Map.of("prepareThreshold", "0", "queryTimeout", wholeSeconds(timeout));
    }

    /** How migrations reach the database: at the address of their own, or like services. */
    public DatabaseConfig forMigrations() {
        return migrationAccess.orElse(this);
    }

    /**
     * The properties for a connection that is opened now. Passwords are rotated while the process runs, so user and password
     * are read from their files again. Those of the start are used while a file cannot be read.
     */
    public Map<String, String> currentProperties() {
        if (loginVariables.isEmpty()) {
            return jdbcProperties;
        }
        Map<String, String> current = new TreeMap<>(jdbcProperties);
        current.putAll(DatabaseLogin.reread(loginVariables));
        return current;
    }

    /** As with the reference, an unknown mode has the effect of {@code disabled}; it may be a misspelt {@code require}. */
    private static Optional<String> ignoredSslMode(String mode) {
        return SSL_MODES.contains(mode) || DISABLED_SSL_MODES.contains(mode)
                ? Optional.empty()
                : Optional.of(Setting.DB_SSL_MODE.name() + " is '" + mode
                        + "', which is no mode: the server decides whether connections are encrypted, and no"
                        + " certificate is checked; expected disabled, or one of " + sorted(SSL_MODES));
    }

    /**
     * Opens a new connection for each call; for migrations and for the schema watch. The socket timeout applies
     * unless the user of the connection changes it. TCP keep-alive detects a dead server within a minute.
     */
    public DataSource dataSource() {
        return new DriverDataSource(jdbcUrl, this::currentProperties);
    }

    /**
     * The same for the database and after it, if there is one, for the replica of the separate pool, with a short timeout
     * for connecting and for each answer.
     *
     * @param limit in whole seconds
     */
    public List<DataSource> dataSources(Duration limit) {
        String seconds = Long.toString(limit.toSeconds());
        return Stream.concat(Stream.of(jdbcUrl), readerUrl.stream())
                .<DataSource>map(url -> new DriverDataSource(url, () -> {
                    Map<String, String> properties = new TreeMap<>(currentProperties());
                    properties.put("connectTimeout", seconds);
                    properties.put(SOCKET_TIMEOUT, seconds);
                    return properties;
                }))
                .toList();
    }

    /** Contains the names of the properties but not their values, because the password is one of them. */
    @Override
    public String toString() {
        return describe + " " + new TreeSet<>(jdbcProperties.keySet()) + " pool " + poolMin + ".." + poolMax
                + " timeout " + timeout;
    }

    private static DatabaseAddress fromVariables(
            EnvironmentReader environment, Names names, Map<String, String> properties) {
        String mode = environment.text(Setting.DB_SSL_MODE);
        if (SSL_MODES.contains(mode)) {
            environment.value(Setting.DB_SSL_CERT_PATH).ifPresent(path -> properties.put("sslcert", path));
            environment.value(Setting.DB_SSL_KEY_PATH).ifPresent(path -> properties.put("sslkey", path));
            environment
                    .value(Setting.DB_SSL_ROOT_CERT_PATH)
                    .or(() -> environment.value(Setting.DB_SSL_ROOT_CERT))
                    .ifPresent(path -> properties.put("sslrootcert", path));
            ClientKey.validate(environment, Setting.DB_SSL_KEY_PATH.name(), properties);
        }
        putSslMode(properties, SSL_MODES.contains(mode) ? mode : LIBPQ_SSL_MODE);
        return addressFromVariables(environment, names.host(), names.port());
    }

    private static DatabaseAddress addressFromVariables(EnvironmentReader environment, Setting host, Setting port) {
        return DatabaseAddress.of(
                environment,
                host.name(),
                environment.text(host),
                Integer.toString(environment.integer(port, 1, 65535)),
                environment.text(Setting.DB_NAME));
    }

    private static DatabaseAddress fromDsn(
            EnvironmentReader environment, Names names, Dsn dsn, Map<String, String> properties) {
        Map<String, String> settings = dsn.settings();
        DRIVER_PROPERTIES.forEach((keyword, property) -> {
            if (settings.containsKey(keyword)) {
                properties.put(property, settings.get(keyword));
            }
        });
        oneOf(environment, names.dsn(), settings, "target_session_attrs", SERVER_TYPES)
                .ifPresent(type -> properties.put("targetServerType", type));
        oneOf(environment, names.dsn(), settings, "load_balance_hosts", Map.of("disable", "false", "random", "true"))
                .ifPresent(value -> properties.put("loadBalanceHosts", value));
        oneOf(environment, names.dsn(), settings, "keepalives", Map.of("0", "false", "1", "true"))
                .ifPresent(value -> properties.put("tcpKeepAlive", value));
        putConnectTimeout(environment, names.dsn(), settings, properties);
        ClientKey.validate(environment, names.dsn().name(), properties);
        String mode = settings.getOrDefault("sslmode", LIBPQ_SSL_MODE);
        if (!SSL_MODES.contains(mode) && !mode.equals("disable")) {
            environment.addProblem(names.dsn().name() + " holds sslmode=" + mode + "; expected disable, or one of "
                    + sorted(SSL_MODES));
        }
        putSslMode(properties, mode);
        String name = settings.getOrDefault("dbname", properties.get("user"));
        String port = names.replacesPort()
                ? Integer.toString(environment.integer(names.port(), 1, 65535))
                : settings.getOrDefault("port", "");
        if (names.replacesHost()) {
            // One port for each host of the connection string says nothing about this host.
            return DatabaseAddress.of(
                    environment,
                    names.host().name(),
                    environment.text(names.host()),
                    port.contains(",") ? "" : port,
                    name);
        }
        String host = settings.getOrDefault("host", settings.getOrDefault("hostaddr", "localhost"));
        return DatabaseAddress.of(environment, names.dsn().name(), host, port, name);
    }

    /**
     * libpq verifies the server certificate if a root certificate is set; the driver needs {@code verify-ca} for
     * that.
     */
    private static void putSslMode(Map<String, String> properties, String mode) {
        boolean verifies = mode.equals("require") && properties.containsKey("sslrootcert");
        properties.put("sslmode", verifies ? "verify-ca" : mode);
    }

    private static void putConnectTimeout(
            EnvironmentReader environment, Setting dsn, Map<String, String> settings, Map<String, String> properties) {
        String text = settings.getOrDefault("connect_timeout", "");
        if (text.isEmpty()) {
            return;
        }
        if (text.matches("-?[0-9]{1,6}")) {
            properties.put("connectTimeout", Integer.toString(Math.max(0, Integer.parseInt(text))));
        } else {
            environment.addProblem(
                    dsn.name() + " holds connect_timeout=" + text + "; expected a whole number of seconds");
        }
    }

    private static Optional<String> oneOf(
            EnvironmentReader environment,
            Setting dsn,
            Map<String, String> settings,
            String keyword,
            Map<String, String> meanings) {
        String value = settings.getOrDefault(keyword, "");
        if (!value.isEmpty() && !meanings.containsKey(value)) {
            environment.addProblem(
                    dsn.name() + " holds " + keyword + "=" + value + "; expected one of " + sorted(meanings.keySet()));
        }
        return Optional.ofNullable(meanings.get(value));
    }

    private static List<String> sorted(Set<String> values) {
        return values.stream().sorted().toList();
    }

    private static String wholeSeconds(Duration duration) {
        return Long.toString(Math.max(1, duration.plusNanos(999_999_999).toSeconds()));
    }
}

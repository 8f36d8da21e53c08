package metaservice.settings;

import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connection settings of the database, read from environment variables.
 *
 * @param jdbcUrl address without credentials
 * @param readerUrl address for the separate pool of read requests; empty if there is no such pool
 * @param jdbcProperties properties of the driver, including user and password; must not be logged
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
        int poolMin,
        int poolMax,
        Duration timeout,
        String describe,
        Optional<String> ignoredDsn,
        Optional<String> ignoredSslMode) {

    private static final String DSN = Setting.DB_DSN.name();
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
            Map.entry("user", "user"),
            Map.entry("password", "password"),
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

    /** Copies the properties. */
    public DatabaseConfig {
        jdbcProperties = Map.copyOf(jdbcProperties);
    }

    /**
     * Reads the {@code MF_METADATA_DB_...} variables. An empty variable counts as unset.
     *
     * @throws InvalidConfigException if values are malformed; lists all of them
     */
    public static DatabaseConfig fromEnvironment(Map<String, String> variables) {
        EnvironmentReader environment = new EnvironmentReader(variables);
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
        properties.put("connectTimeout", wholeSeconds(timeout));
        // 10 seconds more than the statement timeout, so that the error of the server arrives first.
        properties.put(SOCKET_TIMEOUT, wholeSeconds(timeout.plusSeconds(10)));

        Address address;
        Optional<String> ignored = Optional.empty();
        Optional<Dsn> dsn = Optional.empty();
        try {
            dsn = environment.secret(Setting.DB_DSN).map(Dsn::parse);
        } catch (IllegalArgumentException e) {
            ignored = Optional.of(DSN + " is ignored because it cannot be parsed: " + e.getMessage());
        }
        address =
                dsn.isPresent() ? fromDsn(environment, dsn.get(), properties) : fromVariables(environment, properties);
        Optional<Address> reader = Optional.empty();
        if (TRUE_VALUES.contains(environment.text(Setting.READER_POOL))) {
            reader = Optional.of(dsn.isPresent() ? address : addressFromVariables(environment, Setting.REPLICA_HOST));
        }
        environment.throwIfInvalid();
        return new DatabaseConfig(
                address.jdbcUrl(),
                reader.map(Address::jdbcUrl),
                properties,
                poolMin,
                poolMax,
                timeout,
                address.describe(),
                ignored,
                dsn.isPresent() ? Optional.empty() : ignoredSslMode(environment.text(Setting.DB_SSL_MODE)));
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
        return dataSource(jdbcUrl);
    }

    /**
     * The same for the database and, if there is one, for the replica of the separate pool, with a short timeout for
     * connecting and for each answer.
     *
     * @param limit in whole seconds
     */
    public List<DataSource> dataSources(Duration limit) {
        return Stream.concat(Stream.of(jdbcUrl), readerUrl.stream())
                .<DataSource>map(url -> {
                    PGSimpleDataSource dataSource = dataSource(url);
                    dataSource.setConnectTimeout((int) limit.toSeconds());
                    dataSource.setSocketTimeout((int) limit.toSeconds());
                    return dataSource;
                })
                .toList();
    }

    private PGSimpleDataSource dataSource(String url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        jdbcProperties.forEach((name, value) -> set(dataSource, name, value));
        dataSource.setSocketFactory(KeepAliveSocketFactory.class.getName());
        return dataSource;
    }

    /** Contains the names of the properties but not their values, because the password is one of them. */
    @Override
    public String toString() {
        return describe + " " + new TreeSet<>(jdbcProperties.keySet()) + " pool " + poolMin + ".." + poolMax
                + " timeout " + timeout;
    }

    private static Address fromVariables(EnvironmentReader environment, Map<String, String> properties) {
        properties.put("user", environment.text(Setting.DB_USER));
        properties.put(
                "password",
                environment
                        .secret(Setting.DB_PSWD)
                        .or(Setting.DB_PSWD::defaultValue)
                        .orElseThrow());
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
        return addressFromVariables(environment, Setting.DB_HOST);
    }

    private static Address addressFromVariables(EnvironmentReader environment, Setting host) {
        String port = Integer.toString(environment.integer(Setting.DB_PORT, 1, 65535));
        return Address.of(environment, host.name(), environment.text(host), port, environment.text(Setting.DB_NAME));
    }

    private static Address fromDsn(EnvironmentReader environment, Dsn dsn, Map<String, String> properties) {
        Map<String, String> settings = dsn.settings();
        // libpq would read ~/.pgpass instead.
        environment.secret(Setting.DB_PSWD).ifPresent(password -> properties.put("password", password));
        properties.put("user", System.getProperty("user.name"));
        DRIVER_PROPERTIES.forEach((keyword, property) -> {
            if (settings.containsKey(keyword)) {
                properties.put(property, settings.get(keyword));
            }
        });
        oneOf(environment, settings, "target_session_attrs", SERVER_TYPES)
                .ifPresent(type -> properties.put("targetServerType", type));
        oneOf(environment, settings, "load_balance_hosts", Map.of("disable", "false", "random", "true"))
                .ifPresent(value -> properties.put("loadBalanceHosts", value));
        oneOf(environment, settings, "keepalives", Map.of("0", "false", "1", "true"))
                .ifPresent(value -> properties.put("tcpKeepAlive", value));
        putConnectTimeout(environment, settings, properties);
        ClientKey.validate(environment, DSN, properties);
        String mode = settings.getOrDefault("sslmode", LIBPQ_SSL_MODE);
        if (!SSL_MODES.contains(mode) && !mode.equals("disable")) {
            environment.addProblem(
                    DSN + " holds sslmode=" + mode + "; expected disable, or one of " + sorted(SSL_MODES));
        }
        putSslMode(properties, mode);
        String host = settings.getOrDefault("host", settings.getOrDefault("hostaddr", "localhost"));
        String name = settings.getOrDefault("dbname", properties.get("user"));
        return Address.of(environment, DSN, host, settings.getOrDefault("port", ""), name);
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
            EnvironmentReader environment, Map<String, String> settings, Map<String, String> properties) {
        String text = settings.getOrDefault("connect_timeout", "");
        if (text.isEmpty()) {
            return;
        }
        if (text.matches("-?[0-9]{1,6}")) {
            properties.put("connectTimeout", Integer.toString(Math.max(0, Integer.parseInt(text))));
        } else {
            environment.addProblem(DSN + " holds connect_timeout=" + text + "; expected a whole number of seconds");
        }
    }

    private static Optional<String> oneOf(
            EnvironmentReader environment, Map<String, String> settings, String keyword, Map<String, String> meanings) {
        String value = settings.getOrDefault(keyword, "");
        if (!value.isEmpty() && !meanings.containsKey(value)) {
            environment.addProblem(
                    DSN + " holds " + keyword + "=" + value + "; expected one of " + sorted(meanings.keySet()));
        }
        return Optional.ofNullable(meanings.get(value));
    }

    private static List<String> sorted(Set<String> values) {
        return values.stream().sorted().toList();
    }

    private static String wholeSeconds(Duration duration) {
        return Long.toString(Math.max(1, duration.plusNanos(999_999_999).toSeconds()));
    }

    private static void set(PGSimpleDataSource dataSource, String property, String value) {
        try {
            dataSource.setProperty(property, value);
        } catch (SQLException e) {
            throw new IllegalStateException("the driver does not support property " + property, e);
        }
    }

    /** The addresses of the servers, as a JDBC URL and for messages. */
    private record Address(String jdbcUrl, String describe) {

        /** Combines lists of hosts and ports like libpq: one port for all hosts, or one for each. */
        static Address of(EnvironmentReader environment, String variable, String hosts, String ports, String name) {
            String[] host = hosts.split(",", -1);
            String[] port = ports.split(",", -1);
            if (port.length != 1 && port.length != host.length) {
                environment.addProblem(variable + " names " + host.length + " hosts and " + port.length
                        + " ports; expected one port, or one for each host");
                return new Address("", "");
            }
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < host.length; i++) {
                addresses.add(
                        hostAndPort(environment, variable, host[i].strip(), port[port.length == 1 ? 0 : i].strip()));
            }
            String all = String.join(",", addresses);
            return new Address(
                    "jdbc:postgresql://" + all + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                    all + "/" + name);
        }

        private static String hostAndPort(EnvironmentReader environment, String variable, String host, String port) {
            String named = host.isEmpty() ? "localhost" : host;
            if (named.startsWith("/") || named.startsWith("@")) {
                environment.addProblem(variable + " names the socket " + quoted(variable, named)
                        + "; expected a host name or address (TCP)");
            } else if (!named.matches("[A-Za-z0-9._-]+") && !isIpv6(named)) {
                environment.addProblem(variable + " names the host " + quoted(variable, named)
                        + "; expected a name or an address" + portHint(variable) + hint(variable));
            }
            if (!port.matches("|[0-9]{1,5}") || (!port.isEmpty() && !isPort(Integer.parseInt(port)))) {
                environment.addProblem(variable + " names the port " + quoted(variable, port) + "; expected 1 to 65535"
                        + hint(variable));
            }
            boolean bare = named.contains(":") && !named.startsWith("[");
            return (bare ? "[" + named + "]" : named.toLowerCase(Locale.ROOT)) + ":" + (port.isEmpty() ? "5432" : port);
        }

        /** Whether this is an IPv6 address, with or without brackets and zone. Asks no name server. */
        private static boolean isIpv6(String text) {
            boolean bracketed = text.startsWith("[") && text.endsWith("]");
            String address =
                    (bracketed ? text.substring(1, text.length() - 1) : text).replaceFirst("%[A-Za-z0-9]+$", "");
            if (!address.matches("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")) {
                return false;
            }
            try {
                return InetAddress.getByName(address) != null;
            } catch (UnknownHostException e) {
                return false; // such as 127.0.0.1:5432
            }
        }

        private static String portHint(String variable) {
            return variable.equals(DSN) ? "" : " without a port, which " + Setting.DB_PORT.name() + " names";
        }

        /** Hides the value if it comes from a connection string, because it may be a part of a password. */
        private static String quoted(String variable, String text) {
            return variable.equals(DSN) ? "(not shown)" : "'" + text + "'";
        }

        private static String hint(String variable) {
            return variable.equals(DSN) ? "; in a password, write @ : / and % as %40 %3A %2F and %25" : "";
        }

        private static boolean isPort(int number) {
            return 1 <= number && number <= 65535;
        }
    }
}

package metaservice.settings;

import java.net.URLEncoder;
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
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How to reach the database, from the environment of the process.
 *
 * @param jdbcUrl address without credentials
 * @param readerUrl likewise, of the database that reads go to with a pool of their own; empty if there is none
 * @param jdbcProperties the driver's properties, user and password among them; never to be logged
 * @param poolMin connections a pool keeps open, 0 or more
 * @param poolMax most connections of a pool, 1 or more, not below {@code poolMin}
 * @param timeout longest wait for a connection and for one statement
 * @param describe {@code host:port/name} for people; no secret
 * @param ignoredDsn why {@code MF_METADATA_DB_DSN} is not used although it is set, one sentence for the log; empty if all is
 *     well
 */
public record DatabaseConfig(
        String jdbcUrl,
        Optional<String> readerUrl,
        Map<String, String> jdbcProperties,
        int poolMin,
        int poolMax,
        Duration timeout,
        String describe,
        Optional<String> ignoredDsn) {

    private static final String DSN = Setting.DB_DSN.name();
    private static final String SOCKET_TIMEOUT = "socketTimeout";

    /** How the reference spells yes; anything else is no. */
    private static final Set<String> SWITCHED_ON = Set.of("1", "true", "True");

    /** With these, the certificates count. */
    private static final Set<String> SSL_MODES = Set.of("allow", "prefer", "require", "verify-ca", "verify-full");

    /** With these, the reference leaves it to libpq, which prefers SSL and does without if the server has none. */
    private static final Set<String> NO_SSL_MODES = Set.of("disable", "disabled");

    private static final String LIBPQ_SSL_MODE = "prefer";

    /** libpq's keywords that the driver has under another name, with the same values. */
    private static final Map<String, String> SAME_VALUES = Map.ofEntries(
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
     * @throws InvalidConfigException if values are malformed; it names them all
     */
    public static DatabaseConfig fromEnvironment(Map<String, String> variables) {
        Environment environment = new Environment(variables);
        Duration timeout = environment.seconds(Setting.DB_TIMEOUT);
        int poolMin = environment.integer(Setting.DB_POOL_MIN, 0, 10_000);
        int poolMax = environment.integer(Setting.DB_POOL_MAX, 1, 10_000);
        if (environment.given(Setting.DB_POOL_MAX).isEmpty()) {
            poolMax = Math.max(poolMax, poolMin);
        }
        if (poolMin > poolMax) {
            environment.wrong(
                    Setting.DB_POOL_MIN,
                    Integer.toString(poolMin),
                    "not more than " + Setting.DB_POOL_MAX.name() + ", which is " + poolMax);
        }

        Map<String, String> properties = new TreeMap<>();
        properties.put("ApplicationName", "metaservice");
        properties.put("tcpKeepAlive", "true");
        // A server that was a replica a second ago may be the primary now.
        properties.put("hostRecheckSeconds", "1");
        properties.put("connectTimeout", wholeSeconds(timeout));
        // A little more than a statement may take, so that the server's own answer comes first.
        properties.put(SOCKET_TIMEOUT, wholeSeconds(timeout.plusSeconds(10)));

        Address address;
        Optional<String> ignored = Optional.empty();
        Optional<Dsn> dsn = Optional.empty();
        try {
            dsn = environment.secret(Setting.DB_DSN).map(Dsn::parse);
        } catch (IllegalArgumentException e) {
            ignored = Optional.of(DSN + " is ignored because it cannot be read: " + e.getMessage());
        }
        address = dsn.isPresent() ? fromDsn(environment, dsn.get(), properties) : fromParts(environment, properties);
        Optional<Address> reader = Optional.empty();
        if (SWITCHED_ON.contains(environment.text(Setting.READER_POOL))) {
            reader = Optional.of(dsn.isPresent() ? address : inParts(environment, Setting.REPLICA_HOST));
        }
        environment.check();
        return new DatabaseConfig(
                address.jdbcUrl(),
                reader.map(Address::jdbcUrl),
                properties,
                poolMin,
                poolMax,
                timeout,
                address.describe(),
                ignored);
    }

    /**
     * Gives a new connection each time; for migrations and the watch. An answer may take as long as for a service, unless
     * who uses the connection allows more; a server that is gone is noticed within a minute even then.
     */
    public DataSource dataSource() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl);
        jdbcProperties.forEach((name, value) -> set(dataSource, name, value));
        dataSource.setSocketFactory(KeepAliveSocketFactory.class.getName());
        return dataSource;
    }

    /** Names the properties but not their values, because a password is one of them. */
    @Override
    public String toString() {
        return describe + " " + new TreeSet<>(jdbcProperties.keySet()) + " pool " + poolMin + ".." + poolMax
                + " timeout " + timeout;
    }

    private static Address fromParts(Environment environment, Map<String, String> properties) {
        properties.put("user", environment.text(Setting.DB_USER));
        properties.put(
                "password",
                environment
                        .secret(Setting.DB_PSWD)
                        .or(Setting.DB_PSWD::defaultValue)
                        .orElseThrow());
        String mode = environment.text(Setting.DB_SSL_MODE);
        if (SSL_MODES.contains(mode)) {
            environment.given(Setting.DB_SSL_CERT_PATH).ifPresent(path -> properties.put("sslcert", path));
            environment.given(Setting.DB_SSL_KEY_PATH).ifPresent(path -> properties.put("sslkey", path));
            environment
                    .given(Setting.DB_SSL_ROOT_CERT_PATH)
                    .or(() -> environment.given(Setting.DB_SSL_ROOT_CERT))
                    .ifPresent(path -> properties.put("sslrootcert", path));
            ClientKey.describe(environment, Setting.DB_SSL_KEY_PATH.name(), properties);
        } else if (!NO_SSL_MODES.contains(mode)) {
            environment.wrong(Setting.DB_SSL_MODE, mode, "disabled, or one of " + sorted(SSL_MODES));
        }
        putSslMode(properties, SSL_MODES.contains(mode) ? mode : LIBPQ_SSL_MODE);
        return inParts(environment, Setting.DB_HOST);
    }

    private static Address inParts(Environment environment, Setting host) {
        String port = Integer.toString(environment.integer(Setting.DB_PORT, 1, 65535));
        return Address.of(environment, host.name(), environment.text(host), port, environment.text(Setting.DB_NAME));
    }

    private static Address fromDsn(Environment environment, Dsn dsn, Map<String, String> properties) {
        Map<String, String> settings = dsn.settings();
        // Where libpq would ask ~/.pgpass.
        environment.secret(Setting.DB_PSWD).ifPresent(password -> properties.put("password", password));
        properties.put("user", System.getProperty("user.name"));
        SAME_VALUES.forEach((keyword, property) -> {
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
        ClientKey.describe(environment, DSN, properties);
        String mode = settings.getOrDefault("sslmode", LIBPQ_SSL_MODE);
        if (!SSL_MODES.contains(mode) && !mode.equals("disable")) {
            environment.problem(DSN + " holds sslmode=" + mode + "; expected disable, or one of " + sorted(SSL_MODES));
        }
        putSslMode(properties, mode);
        String host = settings.getOrDefault("host", settings.getOrDefault("hostaddr", "localhost"));
        String name = settings.getOrDefault("dbname", properties.get("user"));
        return Address.of(environment, DSN, host, settings.getOrDefault("port", ""), name);
    }

    /** libpq verifies the server's certificate as soon as it has a root certificate; the driver wants to be told. */
    private static void putSslMode(Map<String, String> properties, String mode) {
        boolean verifies = mode.equals("require") && properties.containsKey("sslrootcert");
        properties.put("sslmode", verifies ? "verify-ca" : mode);
    }

    private static void putConnectTimeout(
            Environment environment, Map<String, String> settings, Map<String, String> properties) {
        String text = settings.getOrDefault("connect_timeout", "");
        if (text.isEmpty()) {
            return;
        }
        if (text.matches("-?[0-9]{1,6}")) {
            properties.put("connectTimeout", Integer.toString(Math.max(0, Integer.parseInt(text))));
        } else {
            environment.problem(DSN + " holds connect_timeout=" + text + "; expected a whole number of seconds");
        }
    }

    private static Optional<String> oneOf(
            Environment environment, Map<String, String> settings, String keyword, Map<String, String> meanings) {
        String value = settings.getOrDefault(keyword, "");
        if (!value.isEmpty() && !meanings.containsKey(value)) {
            environment.problem(
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
            throw new IllegalStateException("the driver does not take property " + property, e);
        }
    }

    /** Where the servers are, in the driver's words and in people's. */
    private record Address(String jdbcUrl, String describe) {

        /** Puts lists of hosts and ports together as libpq does: one port for all, or one for each. */
        static Address of(Environment environment, String variable, String hosts, String ports, String name) {
            String[] host = hosts.split(",", -1);
            String[] port = ports.split(",", -1);
            if (port.length != 1 && port.length != host.length) {
                environment.problem(variable + " names " + host.length + " hosts and " + port.length
                        + " ports; expected one port, or one for each host");
                return new Address("", "");
            }
            List<String> places = new ArrayList<>();
            for (int i = 0; i < host.length; i++) {
                places.add(place(environment, variable, host[i].strip(), port[port.length == 1 ? 0 : i].strip()));
            }
            String all = String.join(",", places);
            return new Address(
                    "jdbc:postgresql://" + all + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                    all + "/" + name);
        }

        private static String place(Environment environment, String variable, String host, String port) {
            String named = host.isEmpty() ? "localhost" : host;
            if (named.startsWith("/") || named.startsWith("@")) {
                environment.problem(variable + " names the socket " + quoted(variable, named)
                        + "; expected a host, reached over TCP");
            } else if (!named.matches("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?]?")) {
                environment.problem(variable + " names the host " + quoted(variable, named)
                        + "; expected a name or an address" + hint(variable));
            }
            if (!port.matches("|[0-9]{1,5}") || (!port.isEmpty() && !isPort(Integer.parseInt(port)))) {
                environment.problem(variable + " names the port " + quoted(variable, port) + "; expected 1 to 65535"
                        + hint(variable));
            }
            boolean bare = named.contains(":") && !named.startsWith("[");
            return (bare ? "[" + named + "]" : named.toLowerCase(Locale.ROOT)) + ":" + (port.isEmpty() ? "5432" : port);
        }

        /** Of a connection string, what looks like a host or a port may be half a password. */
        private static String quoted(String variable, String text) {
            return variable.equals(DSN) ? "(not shown)" : "'" + text + "'";
        }

        private static String hint(String variable) {
            return variable.equals(DSN) ? "; in a password, @ : / and % are written %40 %3A %2F and %25" : "";
        }

        private static boolean isPort(int number) {
            return 1 <= number && number <= 65535;
        }
    }
}

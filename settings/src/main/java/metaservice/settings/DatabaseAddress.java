package metaservice.settings;

import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The addresses of the servers of a database.
 *
 * @param jdbcUrl address for the driver, without credentials
 * @param describe {@code host:port/name} for messages; contains no secret
 */
record DatabaseAddress(String jdbcUrl, String describe) {

    /**
     * Combines lists of hosts and ports like libpq: one port for all hosts, or one for each.
     *
     * @param variable the variable that problems are reported for
     */
    static DatabaseAddress of(EnvironmentReader environment, String variable, String hosts, String ports, String name) {
        String[] host = hosts.split(",", -1);
        String[] port = ports.split(",", -1);
        if (port.length != 1 && port.length != host.length) {
            environment.addProblem(variable + " names " + host.length + " hosts and " + port.length
                    + " ports; expected one port, or one for each host");
            return new DatabaseAddress("", "");
        }
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < host.length; i++) {
            addresses.add(hostAndPort(environment, variable, host[i].strip(), port[port.length == 1 ? 0 : i].strip()));
        }
        String all = String.join(",", addresses);
        return new DatabaseAddress(
                "jdbc:postgresql://" + all + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8), all + "/" + name);
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
            environment.addProblem(
                    variable + " names the port " + quoted(variable, port) + "; expected 1 to 65535" + hint(variable));
        }
        boolean bare = named.contains(":") && !named.startsWith("[");
        return (bare ? "[" + named + "]" : named.toLowerCase(Locale.ROOT)) + ":" + (port.isEmpty() ? "5432" : port);
    }

    /** Whether this is an IPv6 address, with or without brackets and zone. Asks no name server. */
    private static boolean isIpv6(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String address = (bracketed ? text.substring(1, text.length() - 1) : text).replaceFirst("%[A-Za-z0-9]+$", "");
        if (!address.matches("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")) {
            return false;
        }
        try {
            return InetAddress.getByName(address) != null;
        } catch (UnknownHostException e) {
            return false; // such as 127.0.0.1:5432
        }
    }

    /** Whether the variable contains a whole connection string, and so perhaps a password. */
    private static boolean isDsn(String variable) {
        return variable.equals(Setting.DB_DSN.name()) || variable.equals(Setting.MIGRATION_DB_DSN.name());
    }

    private static String portHint(String variable) {
        Setting port = variable.equals(Setting.MIGRATION_DB_HOST.name()) ? Setting.MIGRATION_DB_PORT : Setting.DB_PORT;
        return isDsn(variable) ? "" : " without a port, which " + port.name() + " names";
    }

    /** Hides the value if it comes from a connection string, because it may be a part of a password. */
    private static String quoted(String variable, String text) {
        return isDsn(variable) ? "(not shown)" : "'" + text + "'";
    }

    private static String hint(String variable) {
        return isDsn(variable) ? "; in a password, write @ : / and % as %40 %3A %2F and %25" : "";
    }

    private static boolean isPort(int number) {
        return 1 <= number && number <= 65535;
    }
}

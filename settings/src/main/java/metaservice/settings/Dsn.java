package metaservice.settings;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A parsed connection string of libpq: keyword/value pairs such as {@code host=db password='it\'s'}, or a URL such as
 * {@code postgresql://user:pass@db1,db2:5433/name?sslmode=require}.
 *
 * <p>Error messages never quote the text, because it may contain a password.
 *
 * @param settings keywords of libpq and their values; the last value if a keyword is repeated
 */
record Dsn(Map<String, String> settings) {

    /** All keywords of libpq. */
    private static final Set<String> KEYWORDS = Set.of(
            "host",
            "hostaddr",
            "port",
            "dbname",
            "user",
            "password",
            "passfile",
            "require_auth",
            "channel_binding",
            "connect_timeout",
            "client_encoding",
            "options",
            "application_name",
            "fallback_application_name",
            "keepalives",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
            "tcp_user_timeout",
            "replication",
            "gssencmode",
            "sslmode",
            "sslnegotiation",
            "sslcompression",
            "sslcert",
            "sslkey",
            "sslkeylogfile",
            "sslpassword",
            "sslcertmode",
            "sslrootcert",
            "sslcrl",
            "sslcrldir",
            "sslsni",
            "requirepeer",
            "requiressl",
            "ssl_min_protocol_version",
            "ssl_max_protocol_version",
            "min_protocol_version",
            "max_protocol_version",
            "krbsrvname",
            "gsslib",
            "gssdelegation",
            "scram_client_key",
            "scram_server_key",
            "service",
            "servicefile",
            "target_session_attrs",
            "load_balance_hosts",
            "oauth_issuer",
            "oauth_client_id",
            "oauth_client_secret",
            "oauth_scope");

    Dsn {
        settings = Map.copyOf(settings);
    }

    /**
     * Parses a connection string.
     *
     * @throws IllegalArgumentException if libpq would reject it too; the message describes the error and its position
     */
    static Dsn parse(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("postgresql://") || lower.startsWith("postgres://")) {
            new UrlParser(text.substring(text.indexOf("://") + 3)).parseInto(settings);
        } else {
            new KeywordValueParser(text).parseInto(settings);
        }
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("it contains no settings");
        }
        return new Dsn(settings);
    }

    /** Contains the keywords but not their values, because passwords are among them. */
    @Override
    public String toString() {
        return "Dsn" + new TreeSet<>(settings.keySet());
    }

    private static void put(Map<String, String> settings, String keyword, String value) {
        if (!KEYWORDS.contains(keyword)) {
            // Not quoted, because the text before a stray equals sign may be a part of a password.
            throw new IllegalArgumentException("it contains a keyword that libpq does not have");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value of " + keyword + " contains a zero byte");
        }
        settings.put(keyword, value);
    }

    /** Parses {@code keyword = value keyword='quoted value'}. */
    private static final class KeywordValueParser {

        private final String text;
        private int at;

        private KeywordValueParser(String text) {
            this.text = text;
        }

        private void parseInto(Map<String, String> settings) {
            skipBlanks();
            while (at < text.length()) {
                String keyword = keyword();
                put(settings, keyword, value(keyword));
                skipBlanks();
            }
        }

        private String keyword() {
            int start = at;
            while (at < text.length() && text.charAt(at) != '=' && !isBlank(text.charAt(at))) {
                at++;
            }
            String keyword = text.substring(start, at);
            skipBlanks();
            if (at == text.length() || text.charAt(at) != '=') {
                throw new IllegalArgumentException("the keyword after character " + start + " has no equals sign");
            }
            at++;
            skipBlanks();
            return keyword;
        }

        private String value(String keyword) {
            boolean quoted = at < text.length() && text.charAt(at) == '\'';
            if (quoted) {
                at++;
            }
            StringBuilder value = new StringBuilder();
            while (at < text.length() && !ends(text.charAt(at), quoted)) {
                if (text.charAt(at) == '\\' && ++at == text.length()) {
                    break;
                }
                value.append(text.charAt(at++));
            }
            if (quoted && at++ >= text.length()) {
                throw new IllegalArgumentException("the quoted value of " + keyword + " has no closing quote");
            }
            return value.toString();
        }

        private static boolean ends(char c, boolean quoted) {
            return quoted ? c == '\'' : isBlank(c);
        }

        private void skipBlanks() {
            while (at < text.length() && isBlank(text.charAt(at))) {
                at++;
            }
        }

        private static boolean isBlank(char c) {
            return c == ' ' || (c >= '\t' && c <= '\r');
        }
    }

    /** Parses {@code user:password@host:port,[::1]:port/name?keyword=value&keyword=value}. */
    private static final class UrlParser {

        private final String text;
        private int at;

        private UrlParser(String text) {
            this.text = text;
        }

        private void parseInto(Map<String, String> settings) {
            credentials(settings);
            hosts(settings);
            if (at < text.length() && text.charAt(at) == '/') {
                at++;
                String name = upTo("?");
                if (name.contains("@")) {
                    // Otherwise a part of a password would be treated as the database name and be logged.
                    throw new IllegalArgumentException(
                            "the database name contains an @; in user, password and name, write @ : / and % as"
                                    + " %40 %3A %2F and %25");
                }
                putUnlessEmpty(settings, "dbname", name);
            }
            if (at < text.length()) {
                at++;
                parameters(settings);
            }
        }

        private void credentials(Map<String, String> settings) {
            int end = at;
            while (end < text.length() && text.charAt(end) != '@' && text.charAt(end) != '/') {
                end++;
            }
            if (end == text.length() || text.charAt(end) != '@') {
                return;
            }
            String user = upTo(":@");
            putUnlessEmpty(settings, "user", user);
            if (text.charAt(at) == ':') {
                at++;
                putUnlessEmpty(settings, "password", upTo("@"));
            }
            at++;
        }

        private void hosts(Map<String, String> settings) {
            StringBuilder hosts = new StringBuilder();
            StringBuilder ports = new StringBuilder();
            while (true) {
                hosts.append(host());
                if (at < text.length() && text.charAt(at) == ':') {
                    at++;
                    ports.append(upTo(",/?"));
                }
                if (at == text.length() || text.charAt(at) != ',') {
                    break;
                }
                at++;
                hosts.append(',');
                ports.append(',');
            }
            putUnlessEmpty(settings, "host", decoded(hosts.toString()));
            putUnlessEmpty(settings, "port", decoded(ports.toString()));
        }

        private String host() {
            if (at == text.length() || text.charAt(at) != '[') {
                return upTo(":,/?");
            }
            at++;
            String address = upTo("]");
            if (at++ >= text.length() || (at < text.length() && ":,/?".indexOf(text.charAt(at)) < 0)) {
                throw new IllegalArgumentException("an IPv6 address has no closing bracket");
            }
            return address;
        }

        private void parameters(Map<String, String> settings) {
            while (at < text.length()) {
                String keyword = decoded(upTo("=&"));
                if (at == text.length() || text.charAt(at) != '=') {
                    throw new IllegalArgumentException("a parameter has no equals sign");
                }
                at++;
                String value = decoded(upTo("&"));
                at++;
                if (keyword.equals("ssl") && value.equals("true")) {
                    put(settings, "sslmode", "require");
                } else {
                    put(settings, keyword, value);
                }
            }
        }

        private void putUnlessEmpty(Map<String, String> settings, String keyword, String value) {
            if (!value.replace(",", "").isEmpty()) {
                boolean list = keyword.equals("host") || keyword.equals("port");
                put(settings, keyword, list ? value : decoded(value));
            }
        }

        private String upTo(String ends) {
            int start = at;
            while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private static String decoded(String text) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < raw.length; i++) {
                if (raw[i] == '%') {
                    bytes.write(hex(raw, i + 1) * 16 + hex(raw, i + 2));
                    i += 2;
                } else {
                    bytes.write(raw[i]);
                }
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes.toByteArray()))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("its percent codes are not UTF-8", e);
            }
        }

        private static int hex(byte[] raw, int i) {
            int digit = i < raw.length ? Character.digit(raw[i], 16) : -1;
            if (digit < 0) {
                throw new IllegalArgumentException("a percent sign is not followed by two hexadecimal digits");
            }
            return digit;
        }
    }
}

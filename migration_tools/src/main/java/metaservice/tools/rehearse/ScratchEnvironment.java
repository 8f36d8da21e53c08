package metaservice.tools.rehearse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import metaservice.settings.Setting;

/**
 * Makes the environment variables of a launcher that works on a scratch database: those of this process, with another
 * database, free ports of the loopback interface, and without settings that reach beyond the machine. Pure functions of the
 * variables and of the files that they name.
 */
final class ScratchEnvironment {

    private static final String FILE = "_FILE";

    /** What could let clients of others in, or names other servers. */
    private static final List<Setting> LEFT_OUT = List.of(
            Setting.PATH_PREFIX,
            Setting.ALLOWED_HOSTS,
            Setting.READER_POOL,
            Setting.REPLICA_HOST,
            Setting.SCHEMA,
            Setting.MIGRATION_HOST,
            Setting.IAM_ROLE,
            Setting.STS_ENDPOINT,
            Setting.DB_POOL_MIN,
            Setting.ATTEMPTS);

    private static final Map<Setting, String> SET = Map.of(
            Setting.SERVICES, "migration,metadata",
            Setting.HOST, "127.0.0.1",
            Setting.METADATA_PORT, "0",
            Setting.MIGRATION_PORT, "0",
            Setting.PAUSES, "off",
            Setting.SWAP, "on",
            Setting.POLL, "1",
            Setting.DB_POOL_MAX, "4",
            Setting.LOG_LEVEL, "WARNING");

    private ScratchEnvironment() {}

    /**
     * The same server, user and password, as migrations reach it, with another database.
     *
     * @throws IOException if a file with a connection string cannot be read
     */
    static Map<String, String> onSameServer(Map<String, String> environment, String database) throws IOException {
        Map<String, String> scratch = prepared(environment);
        Optional<String> ofMigrations = connectionString(environment, Setting.MIGRATION_DB_DSN);
        boolean ownString = ofMigrations.isPresent();
        Optional<String> host = value(environment, Setting.MIGRATION_DB_HOST);
        Optional<String> port = value(environment, Setting.MIGRATION_DB_PORT);
        Optional<String> string = ownString ? ofMigrations : connectionString(environment, Setting.DB_DSN);
        removeDatabase(scratch, Setting.MIGRATION_DB_DSN, Setting.MIGRATION_DB_HOST, Setting.MIGRATION_DB_PORT);
        if (string.isEmpty()) {
            host.ifPresent(value -> scratch.put(Setting.DB_HOST.name(), value));
            port.ifPresent(value -> scratch.put(Setting.DB_PORT.name(), value));
            scratch.put(Setting.DB_NAME.name(), database);
            return scratch;
        }
        String changed = with(string.get(), "dbname", database);
        if (!ownString && host.isPresent()) {
            changed = with(changed, "host", host.get());
        }
        if (!ownString && port.isPresent()) {
            changed = with(changed, "port", port.get());
        }
        removeDatabase(scratch, Setting.DB_DSN);
        scratch.put(Setting.DB_DSN.name(), changed);
        return scratch;
    }

    /** Another database, with a schema of its own in it. */
    static Map<String, String> inSchema(Map<String, String> environment, String connectionString, String schema) {
        Map<String, String> scratch = inDatabase(environment, connectionString);
        scratch.put(Setting.DB_DSN.name(), with(connectionString, "options", "-c search_path=" + schema));
        return scratch;
    }

    /** Another database. */
    static Map<String, String> inDatabase(Map<String, String> environment, String connectionString) {
        Map<String, String> scratch = prepared(environment);
        removeDatabase(
                scratch,
                Setting.MIGRATION_DB_DSN,
                Setting.MIGRATION_DB_HOST,
                Setting.MIGRATION_DB_PORT,
                Setting.DB_DSN);
        scratch.put(Setting.DB_DSN.name(), connectionString);
        return scratch;
    }

    private static Map<String, String> prepared(Map<String, String> environment) {
        Map<String, String> scratch = new TreeMap<>(environment);
        LEFT_OUT.forEach(setting -> scratch.remove(setting.name()));
        SET.forEach((setting, value) -> scratch.put(setting.name(), value));
        return scratch;
    }

    private static void removeDatabase(Map<String, String> environment, Setting... settings) {
        for (Setting setting : settings) {
            environment.remove(setting.name());
            environment.remove(setting.name() + FILE);
        }
    }

    private static Optional<String> value(Map<String, String> environment, Setting setting) {
        return Optional.ofNullable(environment.get(setting.name()))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private static Optional<String> connectionString(Map<String, String> environment, Setting setting)
            throws IOException {
        Optional<String> file = Optional.ofNullable(environment.get(setting.name() + FILE))
                .map(String::strip)
                .filter(path -> !path.isEmpty());
        return file.isPresent()
                ? Optional.of(Files.readString(Path.of(file.get()), StandardCharsets.UTF_8)
                        .strip())
                : value(environment, setting);
    }

    /** A connection string of libpq with one more value; the last value of a keyword counts. */
    private static String with(String connectionString, String keyword, String value) {
        String lower = connectionString.toLowerCase(Locale.ROOT);
        if (lower.startsWith("postgresql://") || lower.startsWith("postgres://")) {
            return connectionString + (connectionString.contains("?") ? "&" : "?") + keyword + "=" + encoded(value);
        }
        return connectionString + " " + keyword + "='"
                + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String encoded(String value) {
        StringBuilder text = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
            text.append(plain ? Character.toString((char) b) : String.format("%%%02X", b));
        }
        return text.toString();
    }
}

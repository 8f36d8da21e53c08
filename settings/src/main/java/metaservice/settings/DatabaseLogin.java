package metaservice.settings;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * User and password of a database, and the connection string that they may come from.
 *
 * @param dsn the connection string; empty if none is set
 * @param properties the driver properties {@code user} and {@code password}; must not be logged
 * @param variables the variables that the login was read from, if a file contains a part of it; otherwise empty
 * @param ignoredDsn one sentence for the log if the connection string cannot be parsed; otherwise empty
 */
record DatabaseLogin(
        Optional<Dsn> dsn, Map<String, String> properties, Map<String, String> variables, Optional<String> ignoredDsn) {

    /** Contains no value. */
    @Override
    public String toString() {
        return "login from " + variables.keySet();
    }

    /**
     * Reads the login.
     *
     * @param variables all variables of the environment
     * @param dsnSetting the setting of the connection string
     */
    static DatabaseLogin read(EnvironmentReader environment, Map<String, String> variables, Setting dsnSetting) {
        Optional<Dsn> dsn = Optional.empty();
        Optional<String> ignored = Optional.empty();
        try {
            dsn = environment.secret(dsnSetting).map(Dsn::parse);
        } catch (IllegalArgumentException e) {
            ignored = Optional.of(dsnSetting.name() + " is ignored because it cannot be parsed: " + e.getMessage());
        }
        return new DatabaseLogin(dsn, properties(environment, dsn), fromFiles(variables, dsnSetting), ignored);
    }

    /**
     * Reads the properties of a login again.
     *
     * @param variables the {@link #variables} of the first time
     * @return empty if a file cannot be read now
     */
    static Map<String, String> reread(Map<String, String> variables) {
        EnvironmentReader environment = new EnvironmentReader(variables);
        Setting dsnSetting = environment.isSet(Setting.MIGRATION_DB_DSN) ? Setting.MIGRATION_DB_DSN : Setting.DB_DSN;
        DatabaseLogin login = read(environment, variables, dsnSetting);
        return environment.hasProblems() || login.ignoredDsn().isPresent() ? Map.of() : login.properties();
    }

    private static Map<String, String> properties(EnvironmentReader environment, Optional<Dsn> dsn) {
        Map<String, String> properties = new TreeMap<>();
        Optional<String> password = environment.secret(Setting.DB_PSWD);
        if (dsn.isEmpty()) {
            properties.put("user", environment.text(Setting.DB_USER));
            properties.put(
                    "password", password.or(Setting.DB_PSWD::defaultValue).orElseThrow());
            return properties;
        }
        Map<String, String> settings = dsn.get().settings();
        properties.put("user", settings.getOrDefault("user", System.getProperty("user.name")));
        // Without a password in the string, libpq would read ~/.pgpass instead of the variable.
        Optional.ofNullable(settings.get("password"))
                .or(() -> password)
                .ifPresent(value -> properties.put("password", value));
        return properties;
    }

    private static Map<String, String> fromFiles(Map<String, String> variables, Setting dsnSetting) {
        Set<String> names = Stream.of(dsnSetting, Setting.DB_USER, Setting.DB_PSWD)
                .flatMap(setting -> Stream.of(setting.name(), setting.name() + EnvironmentReader.FILE_SUFFIX))
                .collect(Collectors.toSet());
        Map<String, String> used = variables.entrySet().stream()
                .filter(variable -> names.contains(variable.getKey()))
                .filter(variable -> !variable.getValue().isBlank())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
        boolean hasFile = used.keySet().stream().anyMatch(name -> name.endsWith(EnvironmentReader.FILE_SUFFIX));
        return hasFile ? used : Map.of();
    }
}

package metaservice.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads settings from environment variables and collects the malformed values. An empty or blank variable counts as
 * unset. Blanks around a value are removed, except in secrets. A malformed value is replaced by the default of its
 * setting, so that all problems are found in one run. Not thread-safe.
 */
final class EnvironmentReader {

    /** Suffix of a variable that names a file with the secret. */
    static final String FILE_SUFFIX = "_FILE";

    private static final Map<String, Boolean> ON_OR_OFF =
            Map.of("on", true, "off", false, "true", true, "false", false, "1", true, "0", false);

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    EnvironmentReader(Map<String, String> variables) {
        this.variables = variables;
    }

    /** The value of a variable without blanks around it; empty if it is unset. Ignores the default. */
    Optional<String> value(Setting setting) {
        return raw(setting.name()).map(String::strip);
    }

    /** Whether the variable, or the one that names a file with the secret, has a value. */
    boolean isSet(Setting setting) {
        return raw(setting.name()).isPresent()
                || raw(setting.name() + FILE_SUFFIX).isPresent();
    }

    /** The value of a variable or its default; empty if there is neither. */
    Optional<String> optional(Setting setting) {
        return value(setting).or(setting::defaultValue);
    }

    /** The value of a setting that has a default. */
    String text(Setting setting) {
        return value(setting).orElseGet(() -> requiredDefault(setting));
    }

    /** The value if it matches the pattern, otherwise the default. */
    String text(Setting setting, Pattern form, String expected) {
        String value = text(setting);
        if (form.matcher(value).matches()) {
            return value;
        }
        reject(setting, value, expected);
        return requiredDefault(setting);
    }

    /**
     * A secret: the content of the file that {@code NAME_FILE} names, without its last line break, otherwise the
     * value of {@code NAME}.
     */
    Optional<String> secret(Setting setting) {
        Optional<String> file = raw(setting.name() + FILE_SUFFIX);
        return file.isPresent()
                ? file.flatMap(path -> content(setting.name() + FILE_SUFFIX, path.strip()))
                : Optional.ofNullable(variables.get(setting.name())).filter(value -> !value.isEmpty());
    }

    /** An integer within bounds, both inclusive; for a malformed value the default, or the least if there is none. */
    int integer(Setting setting, int least, int most) {
        String value = text(setting);
        try {
            int number = Integer.parseInt(value);
            if (least <= number && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below together with numbers out of bounds.
        }
        reject(setting, value, "an integer from " + least + " to " + most);
        return setting.defaultValue().map(Integer::parseInt).orElse(least);
    }

    /** A duration in seconds; may have a fraction; more than 0 and at most 86400. */
    Duration seconds(Setting setting) {
        String value = text(setting);
        if (value.matches("[0-9]{1,5}(\\.[0-9]{1,9})?")) {
            Duration time = Duration.ofNanos(Math.round(Double.parseDouble(value) * 1e9));
            if (!time.isZero() && time.compareTo(Duration.ofDays(1)) <= 0) {
                return time;
            }
        }
        reject(setting, value, "seconds, more than 0 and at most 86400");
        return Duration.ofSeconds(Integer.parseInt(requiredDefault(setting)));
    }

    /** A flag: on, off, true, false, 1 or 0. */
    boolean onOrOff(Setting setting) {
        String value = text(setting);
        Boolean flag = ON_OR_OFF.get(value.toLowerCase(Locale.ROOT));
        if (flag == null) {
            reject(setting, value, "on or off");
            return ON_OR_OFF.get(requiredDefault(setting));
        }
        return flag;
    }

    /**
     * Values separated by commas, without blanks around each; empty if unset or if one of them does not match the
     * pattern.
     */
    List<String> list(Setting setting, Pattern form, String expected) {
        List<String> values = new ArrayList<>();
        String all = optional(setting).orElse("");
        for (String part : all.isEmpty() ? new String[0] : all.split(",", -1)) {
            if (!form.matcher(part.strip()).matches()) {
                reject(setting, all, expected);
                return List.of();
            }
            values.add(part.strip());
        }
        return values;
    }

    /** Records that the value of a setting is not the expected one. */
    void reject(Setting setting, String value, String expected) {
        addProblem(setting.name() + " is '" + value + "'; expected " + expected);
    }

    void addProblem(String sentence) {
        if (!problems.contains(sentence)) { // a value that is read twice is reported once
            problems.add(sentence);
        }
    }

    boolean hasProblems() {
        return !problems.isEmpty();
    }

    /** Throws an {@link InvalidConfigException} if a problem was recorded. */
    void throwIfInvalid() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
    }

    private Optional<String> raw(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private static String requiredDefault(Setting setting) {
        return setting.defaultValue()
                .orElseThrow(() -> new IllegalArgumentException(setting.name() + " has no default"));
    }

    private Optional<String> content(String name, String path) {
        try {
            return Optional.of(Files.readString(Path.of(path)).replaceFirst("\\R\\z", ""));
        } catch (IOException | InvalidPathException e) {
            addProblem(name + " is '" + path + "'; expected a readable text file (" + e + ")");
            return Optional.empty();
        }
    }
}

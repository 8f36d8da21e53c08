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
 * Reads settings from environment variables and collects what is wrong with them. A variable that is empty or blank
 * counts as unset; blanks around a value do not count, except in secrets. A value that is wrong is replaced by the
 * setting's default, so that reading can go on and find more problems. For one thread.
 */
final class Environment {

    /** Put behind a secret's name: the variable that names a file with the secret. */
    static final String FILE = "_FILE";

    private static final Map<String, Boolean> ON_OR_OFF =
            Map.of("on", true, "off", false, "true", true, "false", false, "1", true, "0", false);

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** A variable's value without blanks around it; empty if unset, whatever the default. */
    Optional<String> given(Setting setting) {
        return raw(setting.name()).map(String::strip);
    }

    /** A variable's value or its default; empty if there is neither. */
    Optional<String> optional(Setting setting) {
        return given(setting).or(setting::defaultValue);
    }

    /** The value of a setting that has a default. */
    String text(Setting setting) {
        return given(setting).orElseGet(() -> fallback(setting));
    }

    /** A value of the given form, or the default. */
    String text(Setting setting, Pattern form, String expected) {
        String value = text(setting);
        if (form.matcher(value).matches()) {
            return value;
        }
        wrong(setting, value, expected);
        return fallback(setting);
    }

    /** A secret: the content of the file that {@code NAME_FILE} names, without its last line break, or else {@code NAME}. */
    Optional<String> secret(Setting setting) {
        Optional<String> file = raw(setting.name() + FILE);
        return file.isPresent()
                ? file.flatMap(path -> content(setting.name() + FILE, path.strip()))
                : Optional.ofNullable(variables.get(setting.name())).filter(value -> !value.isEmpty());
    }

    /** A whole number within bounds. */
    int integer(Setting setting, int least, int most) {
        String value = text(setting);
        try {
            int number = Integer.parseInt(value);
            if (least <= number && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, in the words for numbers out of bounds.
        }
        wrong(setting, value, "an integer from " + least + " to " + most);
        return Integer.parseInt(fallback(setting));
    }

    /** A time in seconds, fractions allowed, more than zero and at most a day. */
    Duration seconds(Setting setting) {
        String value = text(setting);
        if (value.matches("[0-9]{1,5}(\\.[0-9]{1,9})?")) {
            Duration time = Duration.ofNanos(Math.round(Double.parseDouble(value) * 1e9));
            if (!time.isZero() && time.compareTo(Duration.ofDays(1)) <= 0) {
                return time;
            }
        }
        wrong(setting, value, "seconds, more than 0 and at most 86400");
        return Duration.ofSeconds(Integer.parseInt(fallback(setting)));
    }

    /** A switch, spelled on, off, true, false, 1 or 0. */
    boolean onOrOff(Setting setting) {
        String value = text(setting);
        Boolean flag = ON_OR_OFF.get(value.toLowerCase(Locale.ROOT));
        if (flag == null) {
            wrong(setting, value, "on or off");
            return ON_OR_OFF.get(fallback(setting));
        }
        return flag;
    }

    /** Values with commas between, without the blanks around each; empty if unset or if one of them has not the form. */
    List<String> list(Setting setting, Pattern form, String expected) {
        List<String> values = new ArrayList<>();
        String all = optional(setting).orElse("");
        for (String part : all.isEmpty() ? new String[0] : all.split(",", -1)) {
            if (!form.matcher(part.strip()).matches()) {
                wrong(setting, all, expected);
                return List.of();
            }
            values.add(part.strip());
        }
        return values;
    }

    /** Notes that a setting's value is not what was expected. */
    void wrong(Setting setting, String value, String expected) {
        problem(setting.name() + " is '" + value + "'; expected " + expected);
    }

    void problem(String sentence) {
        if (!problems.contains(sentence)) { // a value that is read twice is told of once
            problems.add(sentence);
        }
    }

    /** Throws if anything was wrong. */
    void check() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
    }

    private Optional<String> raw(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private static String fallback(Setting setting) {
        return setting.defaultValue()
                .orElseThrow(() -> new IllegalArgumentException(setting.name() + " has no default"));
    }

    private Optional<String> content(String name, String path) {
        try {
            return Optional.of(Files.readString(Path.of(path)).replaceFirst("\\R\\z", ""));
        } catch (IOException | InvalidPathException e) {
            problem(name + " is '" + path + "'; expected a text file that can be read (" + e + ")");
            return Optional.empty();
        }
    }
}

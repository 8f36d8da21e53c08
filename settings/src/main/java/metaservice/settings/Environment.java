package metaservice.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads settings from environment variables and collects what is wrong with them. For one thread. */
final class Environment {

    private static final String FILE = "_FILE";

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** A variable's value; an empty one counts as unset. */
    Optional<String> text(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    String text(String name, String otherwise) {
        return text(name).orElse(otherwise);
    }

    /** A secret: the content of the file that {@code NAME_FILE} names, without its last line break, or else {@code NAME}. */
    Optional<String> secret(String name) {
        Optional<String> file = text(name + FILE);
        return file.isPresent() ? file.flatMap(path -> content(name + FILE, path)) : text(name);
    }

    /** A whole number within bounds; the fallback if it is none, so that reading can go on and find more problems. */
    int integer(String name, int otherwise, int least, int most) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.get().strip());
            if (least <= value && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, in the words for numbers out of bounds.
        }
        problem(name + " is '" + text.get() + "': expected a whole number from " + least + " to " + most);
        return otherwise;
    }

    /** A time in seconds, fractions allowed, more than zero and at most a day. */
    Duration seconds(String name, Duration otherwise) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().matches("[0-9]{1,5}(\\.[0-9]{1,9})?")) {
            Duration value = Duration.ofNanos(Math.round(Double.parseDouble(text.get()) * 1e9));
            if (!value.isZero() && value.compareTo(Duration.ofDays(1)) <= 0) {
                return value;
            }
        }
        problem(name + " is '" + text.get() + "': expected seconds, more than 0 and at most 86400");
        return otherwise;
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

    private Optional<String> content(String name, String path) {
        try {
            return Optional.of(Files.readString(Path.of(path)).replaceFirst("\\R\\z", ""));
        } catch (IOException | InvalidPathException e) {
            problem(name + " is '" + path + "': expected a text file that can be read (" + e + ")");
            return Optional.empty();
        }
    }
}

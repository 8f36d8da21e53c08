package metaservice.settings;

import java.util.List;

/** Malformed settings; lists all problems, not only the first one. */
public final class InvalidConfigException extends RuntimeException {

    private final List<String> problems;

    /**
     * Creates the exception.
     *
     * @param problems one sentence each: the name of the variable, its value (unless it is a secret), the expected
     *     values
     */
    public InvalidConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence per problem; never empty; contains no secrets. */
    public List<String> problems() {
        return problems;
    }
}

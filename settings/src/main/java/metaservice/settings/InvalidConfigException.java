package metaservice.settings;

import java.util.List;

/** Settings that cannot be used; all that is wrong with them, not only the first thing. */
public final class InvalidConfigException extends RuntimeException {

    private final List<String> problems;

    /**
     * Collects the problems.
     *
     * @param problems one sentence each: the variable's name, what it holds (unless secret), what was expected
     */
    public InvalidConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence per problem; never empty, no secrets in it. */
    public List<String> problems() {
        return problems;
    }
}

package metaservice.conformance;

import java.util.function.UnaryOperator;

/**
 * A reviewed exception from the recordings: the service answers some steps differently, on purpose. The expected answer is
 * compared as exactly as a recorded one, so that a test fails when the exception no longer applies.
 *
 * @param name the divergence in a few words, the same for all steps that diverge for one reason
 * @param scope selects the steps
 * @param instead turns the recorded answer into the expected one; for a step with SQL, the rows are the body
 */
public record AllowedDivergence(String name, Scope scope, UnaryOperator<Expectation> instead) {

    /** Selects the steps that diverge. */
    @FunctionalInterface
    public interface Scope {

        /** Whether the scope includes a step; the file is given as folder and name, such as {@code v3/flows.jsonl}. */
        boolean covers(String file, Step step);

        /** The scope of one step. */
        static Scope line(String file, int line) {
            return (otherFile, step) -> otherFile.equals(file) && step.line() == line;
        }
    }
}

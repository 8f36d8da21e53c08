package metaservice.conformance;

import java.util.function.UnaryOperator;

/**
 * A reviewed exception from the recordings: some steps answer differently, on purpose. What they have to answer instead
 * is as exact as what was recorded, so that an exception that is no longer one fails.
 *
 * @param name the divergence in a few words, the same for all steps that diverge for one reason
 * @param scope the steps
 * @param instead makes what is expected of what was recorded; of a step with SQL, the rows are the body
 */
public record AllowedDivergence(String name, Scope scope, UnaryOperator<Expectation> instead) {

    /** Which steps diverge. */
    @FunctionalInterface
    public interface Scope {

        /** Whether a step is among them; the file is given as folder and name, such as {@code v3/flows.jsonl}. */
        boolean covers(String file, Step step);

        /** One step. */
        static Scope line(String file, int line) {
            return (otherFile, step) -> otherFile.equals(file) && step.line() == line;
        }
    }
}

package metaservice.conformance;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came of playing one transcript.
 *
 * @param passed number of steps that compared something and found it as expected
 * @param failures everything that was not, in the order of the file
 * @param skipped why the transcript was not played at all; empty if it was
 */
public record PlayResult(int passed, List<Failure> failures, Optional<String> skipped) {

    /** Copies the list. */
    public PlayResult {
        failures = List.copyOf(failures);
    }

    /** Whether the transcript was played and every step was as expected. */
    public boolean isAsRecorded() {
        return skipped.isEmpty() && failures.isEmpty();
    }

    /** Number of steps with at least one problem. */
    public long failed() {
        return failures.stream().map(Failure::line).distinct().count();
    }

    /** One problem per line, or why nothing was played; ends with the numbers. */
    @Override
    public String toString() {
        String lines = failures.stream().map(Failure::toString).collect(Collectors.joining("\n", "", "\n"));
        return skipped.orElse(lines + passed + " passed, " + failed() + " failed");
    }

    /**
     * One problem of one step.
     *
     * @param file folder and name of the transcript
     * @param line the step's line, from 1
     * @param step its name
     * @param problem what differs
     */
    public record Failure(String file, int line, String step, String problem) {

        /** {@code file:line step: problem}. */
        @Override
        public String toString() {
            String name = step.length() <= 80 ? step : step.substring(0, 80);
            return file + ":" + line + " " + name + ": " + problem;
        }
    }
}

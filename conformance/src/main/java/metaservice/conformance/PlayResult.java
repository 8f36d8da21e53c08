package metaservice.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The result of playing one transcript.
 *
 * @param passed number of steps that compared something and found no problem
 * @param divergent number of passed steps with the answer of a reviewed divergence, by the name of the divergence
 * @param acceptedAnswers number of passed steps with another answer than the recorded one, in a file of accidental behaviour
 * @param failures all problems, in the order of the file
 * @param skipped the reason why the transcript was not played; empty if it was
 */
public record PlayResult(
        int passed,
        SortedMap<String, Integer> divergent,
        int acceptedAnswers,
        List<Failure> failures,
        Optional<String> skipped) {

    /** Copies map and list. */
    public PlayResult {
        divergent = Collections.unmodifiableSortedMap(new TreeMap<>(divergent));
        failures = List.copyOf(failures);
    }

    static PlayResult skipped(String reason) {
        return new PlayResult(0, new TreeMap<>(), 0, List.of(), Optional.of(reason));
    }

    /** Whether the transcript was played and every step was as expected. */
    public boolean isAsRecorded() {
        return skipped.isEmpty() && failures.isEmpty();
    }

    /** Number of steps with at least one problem. */
    public long failed() {
        return failures.stream().map(Failure::line).distinct().count();
    }

    /** One problem per line and the numbers at the end, or the reason why nothing was played. */
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
     * @param problem the difference, in one sentence
     */
    public record Failure(String file, int line, String step, String problem) {

        /** {@code file:line step: problem}. */
        @Override
        public String toString() {
            String name = step.length() <= 80 ? step : step.substring(0, 80);
            return file + ":" + line + " " + name + ": " + problem;
        }
    }

    /** Collects the results of steps while a transcript is played. For one thread. */
    static final class Tally {
        private final String file;
        private final SortedMap<String, Integer> divergent = new TreeMap<>();
        private final List<Failure> failures = new ArrayList<>();
        private int passed;
        private int acceptedAnswers;

        Tally(String file) {
            this.file = file;
        }

        void add(Step step, boolean compares, StepResult result) {
            if (result instanceof StepResult.Failed failed) {
                failed.problems().forEach(text -> failures.add(new Failure(file, step.line(), step.label(), text)));
                return;
            }
            if (result instanceof StepResult.Divergent diverging) {
                divergent.merge(diverging.name(), 1, Integer::sum);
            }
            acceptedAnswers += result instanceof StepResult.AcceptedAnswer ? 1 : 0;
            passed += compares ? 1 : 0;
        }

        void addBackground(String problem) {
            failures.add(new Failure(file, 1, "SQL", problem));
        }

        PlayResult result() {
            return new PlayResult(passed, divergent, acceptedAnswers, failures, Optional.empty());
        }
    }
}

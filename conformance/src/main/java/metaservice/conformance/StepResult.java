package metaservice.conformance;

import java.util.List;

/** Result of one step. */
sealed interface StepResult {

    /** Everything that the step compared was as recorded; also for a step that compares nothing. */
    StepResult AS_RECORDED = new AsRecorded();

    /** Not as recorded, but accepted, because the file holds accidental behaviour. */
    StepResult ACCEPTED_ANSWER = new AcceptedAnswer();

    /** {@link Failed} with these problems, or {@link #AS_RECORDED} if there are none. */
    static StepResult of(List<String> problems) {
        return problems.isEmpty() ? AS_RECORDED : new Failed(problems);
    }

    /** See {@link #AS_RECORDED}. */
    record AsRecorded() implements StepResult {}

    /** See {@link #ACCEPTED_ANSWER}. */
    record AcceptedAnswer() implements StepResult {}

    /** Exactly as the reviewed divergence of this name expects. */
    record Divergent(String name) implements StepResult {}

    /** Not as expected; each problem is a short sentence. */
    record Failed(List<String> problems) implements StepResult {

        /** Copies the list. */
        public Failed {
            problems = List.copyOf(problems);
        }
    }
}

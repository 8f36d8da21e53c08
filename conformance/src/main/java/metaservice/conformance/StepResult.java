package metaservice.conformance;

import java.util.List;

/** What came of one step. */
sealed interface StepResult {

    /** It compared something, and all of it was as recorded; or it compared nothing. */
    StepResult AS_RECORDED = new AsRecorded();

    /** Not as recorded, but in a file of accidental behaviour, and as good. */
    StepResult ANOTHER_GOOD_ANSWER = new AnotherGoodAnswer();

    /** The result of a step with these problems, of which there may be none. */
    static StepResult of(List<String> problems) {
        return problems.isEmpty() ? AS_RECORDED : new Failed(problems);
    }

    /** See {@link #AS_RECORDED}. */
    record AsRecorded() implements StepResult {}

    /** See {@link #ANOTHER_GOOD_ANSWER}. */
    record AnotherGoodAnswer() implements StepResult {}

    /** Exactly as the reviewed divergence of this name demands. */
    record Divergent(String name) implements StepResult {}

    /** Anything else, each problem a short sentence. */
    record Failed(List<String> problems) implements StepResult {

        /** Copies the list. */
        public Failed {
            problems = List.copyOf(problems);
        }
    }
}

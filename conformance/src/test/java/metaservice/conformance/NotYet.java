package metaservice.conformance;

import java.util.List;
import java.util.Set;

/** What was recorded of the reference and is not there yet; an entry goes as soon as it is. */
final class NotYet {

    private static final String TOKENS = "waits for /auth/token";

    private static final List<Entry> ENTRIES = List.of(
            Entry.lines("v1/http.jsonl", Set.of(44, 45), TOKENS),
            Entry.lines("v2/http.jsonl", Set.of(44, 45), TOKENS),
            Entry.lines("v3/http.jsonl", Set.of(44, 45), TOKENS),
            Entry.whole("v2/sts.jsonl", TOKENS),
            Entry.whole("v3/sts.jsonl", TOKENS),
            Entry.whole("v1/v1-swagger.jsonl", "waits for the description of the API"));

    private NotYet() {}

    /** Whether nothing of a recording can be played. */
    static boolean concerns(String file) {
        return ENTRIES.stream()
                .anyMatch(entry -> entry.file().equals(file) && entry.lines().isEmpty());
    }

    /** A recording without what waits. */
    static Transcript readTheRest(String file) {
        Transcript all = Recordings.read(file);
        List<Step> steps = all.steps().stream()
                .filter(step -> ENTRIES.stream().noneMatch(entry -> entry.waits(file, step)))
                .toList();
        return new Transcript(all.file(), all.service(), all.environment(), all.emptied(), all.listen(), steps);
    }

    /**
     * A file that waits, or a part of one.
     *
     * @param lines the part; empty if nothing of the file is played
     */
    private record Entry(String file, Set<Integer> lines, String reason) {

        static Entry lines(String file, Set<Integer> lines, String reason) {
            return new Entry(file, lines, reason);
        }

        static Entry whole(String file, String reason) {
            return new Entry(file, Set.of(), reason);
        }

        boolean waits(String otherFile, Step step) {
            return file.equals(otherFile) && (lines.isEmpty() || lines.contains(step.line()));
        }
    }
}

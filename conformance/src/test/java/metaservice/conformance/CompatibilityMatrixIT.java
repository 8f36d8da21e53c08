package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every service version on every schema version that it may meet, with all recordings that get along with others on one
 * launcher; {@link OwnLauncherIT} plays the rest. What comes of it is the table in {@code docs/compatibility.md}.
 */
class CompatibilityMatrixIT {

    private static final TwoAtOnce<Cell, Cell.Result> RESULTS = new TwoAtOnce<>();

    static List<Cell> cells() {
        return Cell.all();
    }

    @BeforeAll
    static void beginToPlay() throws IOException {
        for (Generation generation : Generation.bundled()) {
            Distribution only = Distribution.assembled().onlyWith(generation.jar(), CompatibilityPage.folder());
            List<Transcript> transcripts = generation.recordings().stream()
                    .filter(file -> !OwnLauncherIT.isNeededFor(file))
                    .map(Recordings::read)
                    .toList();
            cells().stream()
                    .filter(cell -> cell.generation().equals(generation))
                    .forEach(cell -> RESULTS.add(
                            cell, () -> cell.play(cell.isChosen() ? Distribution.assembled() : only, transcripts)));
        }
    }

    @AfterAll
    static void endPlaying() {
        RESULTS.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void everyStepIsAnsweredAsExpected(Cell cell) throws Exception {
        Cell.Result result = RESULTS.resultOf(cell);
        assertEquals(cell.generation().version().toString(), result.version());
        String failures = result.files().stream()
                .filter(file -> !file.isAsRecorded())
                .map(PlayResult::toString)
                .collect(Collectors.joining("\n"));
        assertEquals("", failures);
        assertFalse(result.log().contains(" ERROR "), result::log);
    }

    @Test
    void theTableInTheDocumentationIsWhatCameOfIt() throws Exception {
        Map<Cell, Cell.Result> all = RESULTS.all();
        CompatibilityPage page = CompatibilityPage.ofTheBuild();
        page.report(all);
        assertEquals(
                page.expected(all),
                page.shown(),
                "the table in docs/compatibility.md is out of date; CONTRIBUTING.md has the command that renews it");
    }
}

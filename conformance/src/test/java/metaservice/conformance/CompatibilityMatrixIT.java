package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every service version on every schema version that it may meet, with all recordings that get along with others on one
 * launcher; {@link OwnLauncherIT} plays the rest. The assembled launcher climbs through all schemas, and serves on each
 * what it has to choose there; launchers with a single service meet the schemas on which that would not be chosen. What
 * comes of it is the table in {@code docs/compatibility.md}.
 */
@Order(1)
class CompatibilityMatrixIT {

    private static final TwoAtOnce<Climb, Map<Cell, Cell.Result>> RESULTS = new TwoAtOnce<>();
    private static final Map<Cell, Climb> CLIMBS = new HashMap<>();

    static List<Cell> cells() {
        return Cell.all();
    }

    @BeforeAll
    static void beginToPlay() throws IOException {
        Map<Generation, List<Transcript>> recordings = new HashMap<>();
        List<Climb> climbs = new ArrayList<>();
        climbs.add(new Climb(Distribution.assembled(), cells(Cell::isChosen)));
        for (Generation generation : Generation.bundled()) {
            recordings.put(generation, recordingsOf(generation));
            List<Cell> rest =
                    cells(cell -> !cell.isChosen() && cell.generation().equals(generation));
            if (!rest.isEmpty()) {
                Distribution only = Distribution.assembled().onlyWith(generation.jar(), CompatibilityPage.folder());
                climbs.add(new Climb(only, rest));
            }
        }
        for (Climb climb : climbs) {
            climb.cells().forEach(cell -> CLIMBS.put(cell, climb));
            RESULTS.add(climb, () -> climb.play(recordings::get));
        }
    }

    @AfterAll
    static void endPlaying() {
        RESULTS.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void everyStepIsAnsweredAsExpected(Cell cell) throws Exception {
        Cell.Result result = resultOf(cell);
        String failures = result.files().stream()
                .filter(file -> !file.isAsRecorded())
                .map(PlayResult::toString)
                .collect(Collectors.joining("\n"));
        assertEquals("", failures);
    }

    @Test
    void theTableInTheDocumentationIsWhatCameOfIt() throws Exception {
        Map<Cell, Cell.Result> all = new LinkedHashMap<>();
        for (Cell cell : cells()) {
            all.put(cell, resultOf(cell));
        }
        CompatibilityPage page = CompatibilityPage.ofTheBuild();
        page.report(all);
        assertEquals(
                page.expected(all),
                page.shown(),
                "the table in docs/compatibility.md is out of date; CONTRIBUTING.md has the command that renews it");
    }

    private static Cell.Result resultOf(Cell cell) throws Exception {
        return RESULTS.resultOf(CLIMBS.get(cell)).get(cell);
    }

    /** Those in question, lowest schema first. */
    private static List<Cell> cells(Predicate<Cell> which) {
        return cells().stream()
                .filter(which)
                .sorted(Comparator.comparing(Cell::schema))
                .toList();
    }

    private static List<Transcript> recordingsOf(Generation generation) {
        return generation.recordings().stream()
                .filter(file -> !OwnLauncherIT.isNeededFor(file))
                .map(Recordings::read)
                .toList();
    }
}

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
 * Plays the recordings on every service version with every schema version that it supports. Recordings that need a separate
 * launcher are played by {@link OwnLauncherIT}. Launchers of the assembled distribution are upgraded through all schemas
 * and have to choose the right service on each. Launchers with a single service cover the schemas on which that service would
 * not be chosen. The results are the table in {@code docs/compatibility.md}.
 */
@Order(1)
class CompatibilityMatrixIT {

    /** More than processors, because some recordings spend their time in waits for locks. */
    private static final Workers<UpgradePath, Map<Cell, Cell.Result>> RESULTS = new Workers<>(4);

    private static final Map<Cell, UpgradePath> PATHS = new HashMap<>();

    static List<Cell> cells() {
        return Cell.all();
    }

    @BeforeAll
    static void startPlaying() throws IOException {
        Map<Generation, List<Transcript>> recordings = new HashMap<>();
        List<UpgradePath> paths = new ArrayList<>(UpgradePath.through(cells(Cell::isChosen), Distribution.assembled()));
        for (Generation generation : Generation.bundled()) {
            recordings.put(generation, recordingsOf(generation));
            List<Cell> rest =
                    cells(cell -> !cell.isChosen() && cell.generation().equals(generation));
            if (!rest.isEmpty()) {
                Distribution only = Distribution.assembled().onlyWith(generation.jar(), CompatibilityPage.folder());
                paths.addAll(UpgradePath.through(rest, only));
            }
        }
        for (UpgradePath path : paths) {
            path.cells().forEach(cell -> PATHS.put(cell, path));
            RESULTS.add(path, () -> path.play(recordings::get));
        }
    }

    @AfterAll
    static void stopPlaying() {
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
    void tableInTheDocumentationMatchesTheResults() throws Exception {
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
        return RESULTS.resultOf(PATHS.get(cell)).get(cell);
    }

    /** The cells that match a condition, lowest schema first. */
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

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every service version on every schema version that it may meet, with all recordings that need no settings. What comes
 * of it is the table in {@code docs/compatibility.md}.
 */
class CompatibilityMatrixIT {

    /** More at once would only fight for the processors; each has a launcher, a player and a share of PostgreSQL. */
    private static final int AT_ONCE = 2;

    private static final long PATIENCE_MINUTES = 10;

    @TempDir
    private static Path folder;

    private static ExecutorService players;
    private static Map<Cell, Future<Cell.Result>> results;

    static List<Cell> cells() {
        return Cell.all();
    }

    @BeforeAll
    static void playEverything() throws IOException {
        players = Executors.newFixedThreadPool(AT_ONCE);
        results = new LinkedHashMap<>();
        for (Cell cell : cells()) {
            Path own = Files.createDirectory(folder.resolve("cell-" + results.size()));
            results.put(cell, players.submit(() -> cell.play(own, transcripts(cell.generation()))));
        }
    }

    @AfterAll
    static void endPlaying() throws InterruptedException {
        players.shutdownNow();
        players.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void everyStepIsAnsweredAsExpected(Cell cell) throws Exception {
        Cell.Result result = resultOf(cell);
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
        return results.get(cell).get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }

    /** Those that get along with others on one launcher; {@link OwnLauncherIT} plays the rest. */
    private static List<Transcript> transcripts(Generation generation) {
        return generation.recordings().stream()
                .filter(name -> !OwnLauncherIT.isNeededFor(name))
                .map(NotYet::readTheRest)
                .toList();
    }
}

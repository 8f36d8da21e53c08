package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.migrations.UpgradeOutcome;

/**
 * Upgrades of a database through several schema versions under one launcher, which keeps running. In each cell the answers
 * have to be as recorded, no matter whether the launcher kept its service or swapped it.
 *
 * @param distribution the distribution whose launcher is started
 * @param cells the steps of the path, lowest schema first
 */
record UpgradePath(Distribution distribution, List<Cell> cells) {

    /** After so many cells a path ends, so that several paths can be played at once. */
    private static final int CELLS = 5;

    /** Copies the list. */
    UpgradePath {
        cells = List.copyOf(cells);
    }

    /**
     * The paths that together have all cells. A path has several cells, and each change of the service is within one.
     *
     * @param cells lowest schema first
     */
    static List<UpgradePath> through(List<Cell> cells, Distribution distribution) {
        List<UpgradePath> paths = new ArrayList<>();
        int from = 0;
        for (int next = 1; next < cells.size(); next++) {
            boolean sameService =
                    cells.get(next).generation().equals(cells.get(next - 1).generation());
            if (next - from >= CELLS && sameService) {
                paths.add(new UpgradePath(distribution, cells.subList(from, next)));
                from = next;
            }
        }
        paths.add(new UpgradePath(distribution, cells.subList(from, cells.size())));
        return paths;
    }

    /**
     * Upgrades from cell to cell, and plays the recordings in each, one file after the other.
     *
     * @param recordings the recordings that a service has to answer
     * @throws AssertionError if the launcher does not start the service of a cell, or logged an error
     */
    Map<Cell, Cell.Result> play(Function<Generation, List<Transcript>> recordings)
            throws IOException, SQLException, InterruptedException {
        Map<Cell, Cell.Result> results = new LinkedHashMap<>();
        SchemaVersion reached = cells.get(0).schema();
        try (TestDatabase database = TestDatabases.at(reached.number());
                LauncherProcess launcher = LauncherProcess.start(distribution, database.environment())) {
            Stage stage = new Stage(
                    Map.of("metadata", launcher.metadata()),
                    Optional.of(database.dataSource()),
                    Recordings.schemas(),
                    List.of(),
                    Stage.DEFAULT_TIMEOUT);
            for (Cell cell : cells) {
                long start = System.nanoTime();
                if (!cell.schema().equals(reached)) {
                    UpgradeOutcome outcome = new Migrations(database.dataSource()).upgradeTo(cell.schema());
                    assertEquals(new UpgradeOutcome.Upgraded(reached, cell.schema()), outcome);
                    reached = cell.schema();
                }
                Eventually.await(
                        "the launcher serves " + cell,
                        () -> launcher.servingVersion()
                                .equals(Optional.of(cell.generation().version().toString())));
                Player player = new Player(stage, cell.generation().differences(cell.schema()));
                List<PlayResult> files = new ArrayList<>();
                for (Transcript file : recordings.apply(cell.generation())) {
                    files.add(player.play(file));
                }
                results.put(cell, new Cell.Result(files, Duration.ofNanos(System.nanoTime() - start)));
            }
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
            return results;
        }
    }

    @Override
    public String toString() {
        return "from " + cells.get(0) + " to " + cells.get(cells.size() - 1);
    }
}

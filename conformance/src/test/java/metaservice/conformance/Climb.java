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
 * One launcher that stays while its database climbs from schema to schema, rows and all, as during an upgrade. Clients
 * have to find in each cell what was recorded: a service that stayed, or the newer one that took over.
 *
 * @param distribution whose launcher it is
 * @param cells where it passes, lowest schema first
 */
record Climb(Distribution distribution, List<Cell> cells) {

    /** Copies the list. */
    Climb {
        cells = List.copyOf(cells);
    }

    /**
     * Climbs, and plays in each cell, one file after the other.
     *
     * @param recordings what a service has to answer
     * @throws AssertionError if the launcher does not come to serve what the cell is about, or logged an error
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
                        "what serves is " + cell,
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

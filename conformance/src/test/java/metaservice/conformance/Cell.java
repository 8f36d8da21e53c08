package metaservice.conformance;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;

/** One service version on one schema version. */
record Cell(Generation generation, SchemaVersion schema) {

    /** A launcher that lives for a few seconds has nothing of a compiler that takes its time. */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** All pairs that are said to work, by service and then by schema. */
    static List<Cell> all() {
        return Generation.bundled().stream()
                .flatMap(generation -> Generation.schemas().stream()
                        .filter(generation::canRunOn)
                        .map(schema -> new Cell(generation, schema)))
                .toList();
    }

    /**
     * What came of playing all recordings.
     *
     * @param version the service version that the launcher said it runs
     * @param files one result per transcript
     * @param time from before the start to after the end of the launcher
     * @param log what the launcher logged
     */
    record Result(String version, List<PlayResult> files, Duration time, String log) {

        /** Copies the list. */
        Result {
            files = List.copyOf(files);
        }
    }

    /** Whether the assembled launcher has to choose this service on this schema, rather than a newer one. */
    boolean isChosen() {
        return Generation.chosenFor(schema).equals(generation);
    }

    /** Starts a launcher on a new database and plays in it, one file after the other. */
    Result play(Distribution distribution, List<Transcript> files)
            throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        try (TestDatabase database = TestDatabases.at(schema.number());
                LauncherProcess launcher = LauncherProcess.start(distribution, environment(database))) {
            Stage stage = new Stage(
                    Map.of("metadata", launcher.metadata()),
                    Optional.of(database.dataSource()),
                    Recordings.schemas(),
                    List.of(),
                    Stage.DEFAULT_TIMEOUT);
            Player player = new Player(stage, generation.differences(schema));
            List<PlayResult> results = new ArrayList<>();
            for (Transcript file : files) {
                results.add(player.play(file));
            }
            launcher.stop();
            return new Result(
                    launcher.serviceVersion(), results, Duration.ofNanos(System.nanoTime() - start), launcher.log());
        }
    }

    private static Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("JAVA_OPTS", SHORT_LIVED);
        return environment;
    }

    @Override
    public String toString() {
        return generation + " on schema " + schema;
    }
}

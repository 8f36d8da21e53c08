package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays the recordings of the migration service and its tool. Each recording is in one of the two lists below. */
class MigrationApiIT {

    private static final String NOTHING_WRITTEN =
            "a status request writes nothing here: the upgrade creates the ledger";

    /** The replayed recordings, and the lines that are skipped. */
    private static final List<Replay> REPLAYED = List.of(
            Replay.whole("http"),
            Replay.whole("locked"),
            Replay.whole("unknown-version"),
            Replay.without("empty", Set.of(5, 6), NOTHING_WRITTEN),
            Replay.whole("empty-upgrade"),
            Replay.whole("each"),
            Replay.without("no-goose", Set.of(4), NOTHING_WRITTEN),
            Replay.whole("rolled-back"),
            Replay.whole("from-1"),
            Replay.whole("from-20200603104139"),
            Replay.whole("upgrade-failure"),
            Replay.without("cli", Set.of(8), "--base-url has a default address here"));

    /** The recordings that are not replayed, with the reason. */
    private static final Map<String, String> NOT_REPLAYED =
            Map.of("no-database", "the migration service does not start without a database");

    /**
     * A recording that is replayed at least in part.
     *
     * @param skipped lines that are skipped
     * @param reason why they are skipped
     */
    private record Replay(String name, Set<Integer> skipped, String reason) {

        static Replay whole(String name) {
            return new Replay(name, Set.of(), "");
        }

        static Replay without(String name, Set<Integer> skipped, String reason) {
            return new Replay(name, skipped, reason);
        }

        String file() {
            return fileOf(name);
        }

        /**
         * The recording with our own migrations and without the skipped lines. Fails if a skipped line does not
         * exist.
         */
        Transcript transcript() {
            Transcript all = Recordings.read(file());
            List<Step> steps = all.steps().stream()
                    .filter(step -> !skipped.contains(step.line()))
                    .toList();
            assertEquals(all.steps().size() - skipped.size(), steps.size(), "skipped lines of " + name);
            return OwnMigrations.in(
                    new Transcript(all.file(), all.service(), all.environment(), all.emptied(), all.listen(), steps));
        }

        @Override
        public String toString() {
            return skipped.isEmpty()
                    ? name
                    : name + " without lines " + skipped.stream().sorted().toList() + ": " + reason;
        }
    }

    /** A launcher and its database; each recording rebuilds the contents of the database. */
    private record Running(TestDatabase database, LauncherProcess launcher) implements AutoCloseable {

        static Running with(Map<String, String> settings) throws IOException, InterruptedException {
            TestDatabase database = TestDatabases.newest();
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.putAll(settings);
            return new Running(database, LauncherProcess.start(environment));
        }

        @Override
        public void close() throws IOException {
            launcher.close();
            database.close();
        }
    }

    private static Running shared;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        shared = Running.with(Map.of());
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        shared.launcher().stop();
        shared.close();
    }

    static List<Replay> played() {
        return REPLAYED;
    }

    @Test
    void everyRecordingIsListed() {
        Map<String, String> accounted = new HashMap<>();
        NOT_REPLAYED.forEach((name, reason) -> accounted.put(fileOf(name), reason));
        REPLAYED.forEach(played -> assertEquals(null, accounted.put(played.file(), played.reason()), played.name()));
        assertEquals(Set.copyOf(Recordings.in("migration")), accounted.keySet());
    }

    @ParameterizedTest
    @MethodSource("played")
    void responsesAreEqualToTheRecordedOnes(Replay played) throws IOException, SQLException, InterruptedException {
        Transcript transcript = played.transcript();
        if (transcript.environment().isEmpty()) {
            play(transcript, shared);
        } else {
            try (Running own = Running.with(transcript.environment())) {
                play(transcript, own);
                own.launcher().stop();
            }
        }
    }

    private static void play(Transcript transcript, Running running)
            throws IOException, SQLException, InterruptedException {
        Stage stage = new Stage(
                Map.of(transcript.service(), running.launcher().migration()),
                Optional.of(running.database().dataSource()),
                Recordings.schemas(),
                List.of(Distribution.assembled().program("migration_tools").toString()),
                Stage.DEFAULT_TIMEOUT);
        PlayResult result = new Player(stage, DeclaredDifferences.NONE).play(transcript);
        assertTrue(
                result.isAsRecorded(), () -> result + "\n" + running.launcher().log());
    }

    private static String fileOf(String name) {
        return "migration/" + name + ".jsonl";
    }
}

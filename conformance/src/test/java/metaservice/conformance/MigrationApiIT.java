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

/** The recordings of the migration service and its tool. Every file stands in one of the two lists below. */
class MigrationApiIT {

    private static final String NOTHING_WRITTEN = "asking writes nothing with us: the ledger comes with the upgrade";

    /** What is played, and which of its lines are not. */
    private static final List<Played> PLAYED = List.of(
            Played.whole("http"),
            Played.whole("locked"),
            Played.whole("unknown-version"),
            Played.without("empty", Set.of(5, 6), NOTHING_WRITTEN),
            Played.whole("empty-upgrade"),
            Played.whole("each"),
            Played.without("no-goose", Set.of(4), NOTHING_WRITTEN),
            Played.whole("rolled-back"),
            Played.whole("from-1"),
            Played.whole("from-20200603104139"),
            Played.whole("upgrade-failure"),
            Played.whole("cli"));

    /** What is not played at all yet, and why. */
    private static final Map<String, String> WAITING =
            Map.of("no-database", "waits until the migration service starts without a database");

    /**
     * One file of which at least a part is played.
     *
     * @param leftOut lines that are not played
     * @param reason why they are left out
     */
    private record Played(String name, Set<Integer> leftOut, String reason) {

        static Played whole(String name) {
            return new Played(name, Set.of(), "");
        }

        static Played without(String name, Set<Integer> leftOut, String reason) {
            return new Played(name, leftOut, reason);
        }

        String file() {
            return fileOf(name);
        }

        /** The recording with what is ours, without the lines that are left out; a line that is not there any more is an error of the list. */
        Transcript transcript() {
            Transcript all = Recordings.read(file());
            List<Step> steps = all.steps().stream()
                    .filter(step -> !leftOut.contains(step.line()))
                    .toList();
            assertEquals(all.steps().size() - leftOut.size(), steps.size(), "lines to leave out of " + name);
            return OwnMigrations.in(
                    new Transcript(all.file(), all.service(), all.environment(), all.emptied(), all.listen(), steps));
        }

        @Override
        public String toString() {
            return leftOut.isEmpty()
                    ? name
                    : name + " without lines " + leftOut.stream().sorted().toList() + ": " + reason;
        }
    }

    /** A launcher and its database, which each recording makes anew from within. */
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

    static List<Played> played() {
        return PLAYED;
    }

    @Test
    void everyRecordingIsPlayedOrSaysWhatItWaitsFor() {
        Map<String, String> accounted = new HashMap<>();
        WAITING.forEach((name, reason) -> accounted.put(fileOf(name), reason));
        PLAYED.forEach(played -> assertEquals(null, accounted.put(played.file(), played.reason()), played.name()));
        assertEquals(Set.copyOf(Recordings.in("migration")), accounted.keySet());
    }

    @ParameterizedTest
    @MethodSource("played")
    void everyStepIsAnsweredAsRecorded(Played played) throws IOException, SQLException, InterruptedException {
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

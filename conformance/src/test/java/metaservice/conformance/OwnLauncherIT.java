package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the recordings that need a separate launcher, because they need other settings or make the database unavailable. The
 * launcher has to choose the service that was recorded.
 */
@Order(4)
class OwnLauncherIT {

    /** Limit for an answer: without a database a request waits 5 s for a connection, and 20 s is four times that. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** One recording, and the service that has to be chosen for it. */
    private record Played(Generation generation, String file) {

        @Override
        public String toString() {
            return file + " with " + generation;
        }
    }

    private static final Workers<Played, PlayResult> RESULTS = new Workers<>(2);

    static List<Played> recordings() {
        return Generation.bundled().stream()
                .flatMap(generation -> generation.recordings().stream().map(file -> new Played(generation, file)))
                .filter(played -> isNeededFor(played.file()))
                .toList();
    }

    /** Whether a recording needs a separate launcher. */
    static boolean isNeededFor(String file) {
        return !Recordings.read(file).environment().isEmpty() || file.endsWith("/db-outage.jsonl");
    }

    @BeforeAll
    static void startPlaying() {
        recordings().forEach(played -> RESULTS.add(played, () -> play(played)));
    }

    @AfterAll
    static void stopPlaying() {
        RESULTS.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void everyStepIsAnsweredAsExpected(Played played) throws Exception {
        PlayResult result = RESULTS.resultOf(played);
        assertTrue(result.isAsRecorded(), result::toString);
    }

    private static PlayResult play(Played played) throws IOException, SQLException, InterruptedException {
        Transcript transcript = Recordings.read(played.file());
        SchemaVersion schema = played.generation().newestOwnSchema();
        try (TestDatabase database = TestDatabases.at(schema.number());
                TokenService tokens = TokenService.issuing()) {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.putAll(transcript.environment());
            environment.putAll(TokenService.callersCredentials());
            environment.replace(TokenService.SETTING, tokens.address().toString());
            prepare(database, transcript);
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertEquals(played.generation().version().toString(), launcher.serviceVersion());
                Stage stage = new Stage(
                        Map.of(transcript.service(), launcher.metadata().resolve("/")),
                        Optional.of(database.dataSource()),
                        Recordings.schemas(),
                        List.of(),
                        TIMEOUT);
                PlayResult result = new Player(stage, played.generation().differences(schema)).play(transcript);
                launcher.stop();
                return result;
            }
        }
    }

    /** Runs the steps before the first request, because the service reads their tables at its start. */
    private static void prepare(TestDatabase database, Transcript transcript) {
        transcript.steps().stream()
                .takeWhile(step -> step instanceof Step.Sql)
                .forEach(step -> database.execute(((Step.Sql) step).statement()));
    }
}

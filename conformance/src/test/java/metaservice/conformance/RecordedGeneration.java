package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One launcher on one database, and the recordings of the service generation that it has to choose there. Each file
 * begins with empty tables, so their order does not matter; they are played in the order of the list.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RecordedGeneration {

    @AutoClose
    private final TestDatabase database;

    private final String expectedVersion;
    private final DeclaredDifferences differences;
    private final List<String> files;

    @AutoClose
    private LauncherProcess launcher;

    /**
     * Names what to play where.
     *
     * @param expectedVersion the service version that has to run on the database
     * @param differences how it may differ from the recordings
     */
    RecordedGeneration(
            TestDatabase database, String expectedVersion, DeclaredDifferences differences, List<String> files) {
        this.database = database;
        this.expectedVersion = expectedVersion;
        this.differences = differences;
        this.files = files;
    }

    List<String> files() {
        return files;
    }

    @BeforeAll
    void startTheLauncher() throws IOException, InterruptedException {
        launcher = LauncherProcess.start(database.environment());
    }

    @AfterAll
    void stopTheLauncher() throws InterruptedException {
        if (launcher != null) { // it may not have started
            launcher.stop();
        }
    }

    @Test
    void theVersionThatFitsTheSchemaRuns() {
        assertEquals(expectedVersion, launcher.serviceVersion());
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyStepIsAnsweredAsRecorded(String file) throws SQLException, InterruptedException {
        Stage stage = new Stage(
                Map.of("metadata", launcher.metadata()),
                Optional.of(database.dataSource()),
                Recordings.schemas(),
                List.of(),
                Stage.DEFAULT_TIMEOUT);
        PlayResult result = new Player(stage, differences).play(Recordings.read(file));
        assertTrue(result.isAsRecorded(), result::toString);
    }
}

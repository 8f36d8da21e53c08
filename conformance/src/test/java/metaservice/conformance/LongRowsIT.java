package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Long rows after short ones; together they are several times as large as the heap of the launcher. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LongRowsIT {

    private static final int SHORT_ROWS = 20;
    private static final int LONG_ROWS = 150;
    private static final int LENGTH = 1_000_000;
    private static final int AT_ONCE = 10;

    private static final String STEP = "/flows/F/runs/1/steps/s";
    private static final String LARGE_LIST = STEP + "/tasks/1/metadata";
    private static final String SMALL_LIST = STEP + "/tasks/2/metadata";
    private static final int SMALL_LIST_LONG_ROWS = 24;

    /**
     * The short rows come before the long ones, both in the order of the table and in that of the response (newest
     * first).
     */
    private static final String FILL = """
            INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1);
            INSERT INTO runs_v3 (flow_id, ts_epoch, tags) VALUES ('F', 1, '[]');
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 1);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, ts_epoch)
                SELECT 'F', 1, 's', i FROM generate_series(1, 2) i;
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, id, field_name, value, type, ts_epoch)
                SELECT 'F', 1, 's', task, 10000 * task + i, 'f' || i, 'short', 't', 10000 * task + i
                FROM generate_series(1, 2) task, generate_series(5001, 5000 + %1$d) i;
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, id, field_name, value, type, ts_epoch)
                SELECT 'F', 1, 's', 1, 10000 + i, 'f' || i, repeat('v', %2$d), 't', 10000 + i FROM generate_series(1, %3$d) i;
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, id, field_name, value, type, ts_epoch)
                SELECT 'F', 1, 's', 2, 20000 + i, 'f' || i, repeat('v', CASE WHEN i %% 2 = 0 THEN %2$d ELSE 300000 END), 't',
                  20000 + i FROM generate_series(1, %4$d) i
            """.formatted(SHORT_ROWS, LENGTH, LONG_ROWS, SMALL_LIST_LONG_ROWS);

    @AutoClose
    private final TestDatabase database = TestDatabases.newest();

    @AutoClose
    private LauncherProcess launcher;

    @BeforeAll
    void start() throws Exception {
        database.execute(FILL);
        launcher = start(database);
    }

    private static LauncherProcess start(TestDatabase database) throws Exception {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("JAVA_OPTS", LauncherProcess.SHORT_LIVED + " -Xmx96m");
        return LauncherProcess.start(environment);
    }

    @AfterAll
    void stop() throws Exception {
        launcher.stop();
    }

    @Test
    void completeListFitsIntoASmallHeap() throws Exception {
        assertComplete(StreamedList.get(launcher.metadata(), LARGE_LIST));
    }

    @Tag("faults")
    @Test
    void completeListOfVersion1FitsIntoASmallHeap() throws Exception {
        try (TestDatabase old = TestDatabases.at(1)) {
            old.execute(FILL);
            try (LauncherProcess process = start(old)) {
                assertComplete(StreamedList.get(process.metadata(), LARGE_LIST));
                process.stop();
            }
        }
    }

    private static void assertComplete(StreamedList list) {
        assertEquals(SHORT_ROWS + LONG_ROWS, list.rows());
        assertTrue(list.characters() > (long) LONG_ROWS * LENGTH, list::toString);
    }

    @Test
    void pagesAreLimitedInBytes() throws Exception {
        int pages = 0;
        int rows = 0;
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            StreamedList page = StreamedList.get(
                    launcher.metadata(),
                    SMALL_LIST + "?_limit=500&_cursor="
                            + cursor.get().replace("=", "%3D").replace("+", "%2B"));
            assertTrue(page.rows() > 0, "an empty page");
            pages++;
            rows += page.rows();
            cursor = page.nextCursor();
        }
        assertEquals(SHORT_ROWS + SMALL_LIST_LONG_ROWS, rows);
        assertTrue(pages > SMALL_LIST_LONG_ROWS / 4, "only " + pages + " pages");
    }

    @Test
    void concurrentListsFitIntoASmallHeap() throws Exception {
        for (StreamedList list : atOnce(SMALL_LIST)) {
            assertEquals(SHORT_ROWS + SMALL_LIST_LONG_ROWS, list.rows());
        }
    }

    @Test
    void concurrentLongRowsFitIntoASmallHeap() throws Exception {
        database.execute("INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type,"
                + " attempt_id, ts_epoch) VALUES ('F', 1, 's', 1, 'a', repeat('l', 5000000), 's3', 0, 1)");
        List<Future<Answer>> answers = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
        try {
            for (int i = 0; i < AT_ONCE; i++) {
                answers.add(clients.submit(() -> get(STEP + "/tasks/1/artifacts/a")));
            }
            for (Future<Answer> answer : answers) {
                assertEquals(
                        5_000_000,
                        answer.get().body().path("location").textValue().length());
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** The service splits long texts at byte positions, possibly within a character. */
    @Test
    void longTextsAreReturnedUnchanged() throws Exception {
        database.execute("""
                INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, sha, type,
                  attempt_id, ts_epoch, system_tags)
                VALUES ('F', 1, 's', 2, 'a', repeat(E'x\\u00e9\\u20ac\\U0001F600"\\\\\\n', 3001), 's3', NULL, '', 0, 1,
                  jsonb_build_array(repeat('y', 3000), repeat(E'\\u00e9', 3000))),
                ('F', 1, 's', 2, 'b', 'here', 's3', repeat(E'\\u00e9', 1500), 't', 0, 2, NULL);
                UPDATE runs_v3 SET tags = jsonb_build_array(repeat(E'\\U0001F600', 5000), 1)
                """);
        String location = "x\u00e9\u20ac\ud83d\ude00\"\\\n".repeat(3001);
        for (String query : List.of("", "?_limit=10")) {
            JsonNode list = get(STEP + "/tasks/2/artifacts" + query).body();
            assertEquals(2, list.size());
            JsonNode older = list.path(1);
            assertEquals(location, older.path("location").textValue());
            assertTrue(older.path("sha").isNull(), "sha");
            assertEquals("", older.path("type").textValue());
            assertEquals(0, older.path("attempt_id").intValue());
            assertEquals("\ud83d\ude00".repeat(5000), older.path("tags").path(0).textValue());
            assertEquals(1, older.path("tags").path(1).intValue());
            JsonNode newer = list.path(0);
            assertEquals("here", newer.path("location").textValue());
            assertEquals("\u00e9".repeat(1500), newer.path("sha").textValue());
            assertTrue(newer.path("system_tags").isNull(), "system_tags");
        }
        assertEquals(
                location,
                get(STEP + "/tasks/2/artifacts/a").body().path("location").textValue());
    }

    private List<StreamedList> atOnce(String path) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<StreamedList>> all = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(clients.submit(() -> StreamedList.get(launcher.metadata(), path)));
            }
            List<StreamedList> lists = new ArrayList<>();
            for (Future<StreamedList> one : all) {
                lists.add(one.get());
            }
            return lists;
        } finally {
            clients.shutdownNow();
        }
    }

    private Answer get(String path) throws Exception {
        String[] parts = path.split("\\?", 2);
        Optional<String> query = parts.length == 1 ? Optional.empty() : Optional.of(parts[1]);
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Answer answer = http.send(new Request("GET", parts[0], query, NullNode.getInstance(), Map.of()));
            assertEquals(200, answer.status(), path);
            return answer;
        }
    }
}

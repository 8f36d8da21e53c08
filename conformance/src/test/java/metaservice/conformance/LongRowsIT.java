package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;

/** Lists whose rows are so long that all of them together are several times the memory of the process. */
class LongRowsIT {

    private static final int TASKS = 300;
    private static final int TAG_LENGTH = 500_000;
    private static final String STEP = "/flows/F/runs/1/steps/s";

    /** Every task is shown with the tags of its run. */
    private static final String FILL = """
            INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1);
            INSERT INTO runs_v3 (flow_id, ts_epoch, tags) VALUES ('F', 1, jsonb_build_array(repeat('t', %d)));
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 1);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, ts_epoch)
                SELECT 'F', 1, 's', i FROM generate_series(1, %d) i
            """.formatted(TAG_LENGTH, TASKS);

    @Test
    void listsAndPagesOfThemTakeLittleMemory() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute(FILL);
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("JAVA_OPTS", LauncherProcess.SHORT_LIVED + " -Xmx96m");
            try (LauncherProcess launcher = LauncherProcess.start(environment);
                    HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
                Answer whole = get(http, STEP + "/tasks");
                assertEquals(200, whole.status());
                assertEquals(TASKS, tasks(whole));

                int pages = 0;
                int rows = 0;
                Optional<String> cursor = Optional.of("");
                while (cursor.isPresent()) {
                    Answer page = get(http, STEP + "/tasks?_limit=500&_cursor=" + cursor.get());
                    assertEquals(200, page.status(), launcher::log);
                    pages++;
                    rows += tasks(page);
                    cursor = page.header("X-Next-Cursor");
                }
                assertEquals(TASKS, rows);
                assertTrue(pages > 1, "one page of " + (long) TASKS * TAG_LENGTH + " characters");
                launcher.stop();
            }
        }
    }

    /** How many a list holds; read token by token, for a tree of it would take more time than all that is tested here. */
    private static int tasks(Answer answer) throws IOException {
        try (JsonParser list = new JsonFactory().createParser(answer.text())) {
            assertEquals(JsonToken.START_ARRAY, list.nextToken());
            int tasks = 0;
            while (list.nextToken() == JsonToken.START_OBJECT) {
                list.skipChildren();
                tasks++;
            }
            assertEquals(JsonToken.END_ARRAY, list.currentToken());
            assertNull(list.nextToken());
            return tasks;
        }
    }

    private static Answer get(HttpConnection http, String path) throws Exception {
        return http.send(new Request("GET", path, Optional.empty(), NullNode.getInstance(), Map.of()));
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** As many slow clients as the pool has connections: half of the connections remain available to other requests. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReadersIT {

    private static final int CONNECTIONS = 10;
    private static final int ROWS = 20;
    private static final String LIST = "/flows/F/runs/1/steps/s/tasks/1/metadata";
    private static final int RECEIVE_BUFFER_BYTES = 4096;
    private static final Duration STATUS_DEADLINE = Duration.ofSeconds(30);

    /** 20 MB, several times the size of the socket buffers. */
    private static final String FILL = """
            INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1);
            INSERT INTO runs_v3 (flow_id, user_name, ts_epoch) VALUES ('F', 'u', 1);
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 1);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 1);
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, ts_epoch)
                SELECT 'F', 1, 's', 1, 'f', repeat('v', 1000000), 't', i FROM generate_series(1, %d) i
            """.formatted(ROWS);

    @AutoClose
    private final TestDatabase database = TestDatabases.newest();

    @AutoClose
    private LauncherProcess launcher;

    @BeforeAll
    void start() throws Exception {
        database.execute(FILL);
        launcher = LauncherProcess.start(database.environment());
    }

    @AfterAll
    void stop() throws Exception {
        launcher.stop();
    }

    @Test
    void unreadListsLeaveConnectionsForOtherRequests() throws Exception {
        List<Socket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                readers.add(request());
            }
            List<String> statuses = new ArrayList<>();
            for (Socket reader : readers) {
                statuses.add(status(reader));
            }
            assertOtherRequestsSucceed();
            assertEquals(Set.of("200", "503"), Set.copyOf(statuses));
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
        Eventually.await("lists are answered again", () -> get(LIST, "").status() == 200);
        assertEquals(ROWS, StreamedList.get(launcher.metadata(), LIST).rows());
    }

    @Test
    void filteredPagesLeaveConnectionsForOtherRequests() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try (Connection locking = database.dataSource().getConnection();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE tasks_v3 IN ACCESS EXCLUSIVE MODE");
            List<Future<Answer>> pages = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                pages.add(clients.submit(() -> get("/flows/F/runs/1/steps/s/tasks", "user_name=u")));
            }
            String waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock'";
            Eventually.await(
                    "half of the pool waits", () -> database.query(waiting).size() >= CONNECTIONS / 2);
            for (int i = 0; i < CONNECTIONS; i++) {
                assertOtherRequestsSucceed();
            }
            locking.rollback();
            for (Future<Answer> page : pages) {
                int status = page.get().status();
                assertTrue(status == 200 || status == 503, () -> "status " + status);
            }
        } finally {
            clients.shutdownNow();
        }
        assertEquals(200, get("/flows/F/runs/1/steps/s/tasks", "user_name=u").status());
    }

    private void assertOtherRequestsSucceed() throws IOException {
        assertEquals(200, get("/flows/F", "").status());
        assertEquals(200, get("/flows/F/runs", "").status());
        assertEquals(200, get("/flows/F/runs", "_limit=5").status());
    }

    private Socket request() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.setSoTimeout(Math.toIntExact(STATUS_DEADLINE.toMillis()));
        socket.connect(new InetSocketAddress(
                launcher.metadata().getHost(), launcher.metadata().getPort()));
        socket.getOutputStream()
                .write(("GET " + LIST + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Reads only the status code. */
    private static String status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        return new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length());
    }

    private Answer get(String path, String query) throws IOException {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Optional<String> parameters = query.isEmpty() ? Optional.empty() : Optional.of(query);
            return http.send(new Request("GET", path, parameters, NullNode.getInstance(), Map.of()));
        }
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command line tool behind a reverse proxy that does not wait for the end of an upgrade. */
@Tag("extended")
class ReverseProxyIT {

    private static final long OLD = 20230118020300L;
    private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(90);

    private final ExecutorService tools = Executors.newSingleThreadExecutor();
    private TestDatabase database;
    private LauncherProcess launcher;

    /** A transaction with a lock on a table that the upgrade changes, so that the upgrade waits. */
    private Connection writer;

    @BeforeEach
    void start() throws Exception {
        database = TestDatabases.at(OLD);
        launcher = LauncherProcess.start(database.environment());
        writer = database.dataSource().getConnection();
        writer.setAutoCommit(false);
        execute("LOCK TABLE artifact_v3 IN ROW EXCLUSIVE MODE");
    }

    @AfterEach
    void stop() throws Exception {
        tools.shutdownNow();
        writer.close();
        launcher.close();
        database.close();
    }

    @Test
    void upgradeIsFollowedToItsEndAfterATimeoutOfTheProxy() throws Exception {
        try (Nginx proxy = Nginx.before(launcher.migration())) {
            Future<ToolRun> tool = tools.submit(() -> run("upgrade", proxy.address()));
            Eventually.await("the proxy gives up", proxy::hasTimedOut);
            assertFalse(tool.isDone());
            writer.rollback();
            assertEquals(new ToolRun(0, "upgrade success\n", ""), tool.get());
        }
    }

    @Test
    void failureIsFoundAfterATimeoutOfTheProxy() throws Exception {
        writer.rollback();
        execute("CREATE VIEW locations AS SELECT location FROM artifact_v3");
        writer.commit();
        execute("LOCK TABLE artifact_v3 IN ROW EXCLUSIVE MODE");
        try (Nginx proxy = Nginx.before(launcher.migration())) {
            Future<ToolRun> tool = tools.submit(() -> run("upgrade", proxy.address()));
            Eventually.await("the tool has read the status", () -> proxy.hasAnswered("GET /db_schema_status"));
            assertTrue(proxy.hasTimedOut());
            writer.rollback();
            ToolRun ended = tool.get();
            assertEquals(1, ended.exit(), ended::toString);
            assertTrue(ended.stderr().contains("the upgrade failed: "), ended::stderr);
            assertTrue(ended.stderr().contains("used by a view"), ended::stderr);
            assertFalse(ended.stderr().contains("<"), ended::stderr);
        }
    }

    @Test
    void upgradeIsFollowedToItsEndAfterACut() throws Exception {
        int port = ServerProgram.freePort(); // no socket of another test gets it between the two
        Future<ToolRun> tool;
        try (Forwarder first =
                Forwarder.listen("127.0.0.1", port, launcher.migration().getPort())) {
            tool = tools.submit(() -> run("upgrade", URI.create("http://127.0.0.1:" + first.port())));
            Eventually.await(
                    "the upgrade runs",
                    () -> launcher.schemaStatus()
                            .body()
                            .path("migration_in_progress")
                            .booleanValue());
        }
        try (Forwarder second =
                Forwarder.listen("127.0.0.1", port, launcher.migration().getPort())) {
            writer.rollback();
            assertEquals(new ToolRun(0, "upgrade success\n", ""), tool.get());
            assertEquals(port, second.port());
        }
    }

    @Test
    void pagesOfTheProxyAreNotPrinted() throws Exception {
        try (Socket refusing = new Socket()) {
            refusing.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (Nginx proxy = Nginx.before(URI.create("http://127.0.0.1:" + refusing.getLocalPort()))) {
                ToolRun status = run("db-status", proxy.address());
                assertEquals(1, status.exit(), status::toString);
                assertEquals("", status.stdout());
                assertEquals(proxy.address() + " answered 502: (an HTML page)\n", status.stderr());
            }
        }
    }

    private static ToolRun run(String command, URI service) throws IOException, InterruptedException {
        return ToolRun.of(
                List.of(
                        Distribution.assembled().program("migration_tools").toString(),
                        command,
                        "--base-url",
                        service.toString()),
                TOOL_TIMEOUT);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            statement.execute(sql);
        }
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults in the environment of the launcher and their effect on clients; {@link DatabaseAwayIT} covers the database.
 */
@Order(6)
class FaultsIT {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void requestAcceptedBeforeSigtermIsAnswered() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment());
                Connection blocker = database.dataSource().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("lock table flows_v3");
            CompletableFuture<Answer> waiting =
                    CompletableFuture.supplyAsync(() -> create(launcher, "Waiting"), new ThreadPerTask("fault"));
            // Only a write is suitable, because a read of the schema would wait for that lock too.
            Eventually.await(
                    "the request waits for its lock",
                    () -> !database.query("select 1 from pg_stat_activity where datname = current_database()"
                                    + " and wait_event_type = 'Lock' and query ilike '%insert into%flows_v3%'")
                            .isEmpty());
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(() -> stop(launcher), new ThreadPerTask("fault"));
            Eventually.await("new requests are refused", () -> isRefused(launcher));
            blocker.commit();
            Answer answer = waiting.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(200, answer.status(), answer::text);
            stopped.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(List.of(List.of("Waiting")), database.query("select flow_id from flows_v3"));
        }
    }

    @Test
    void acknowledgedWritesSurviveSigtermUnderLoad() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            Load load = Load.on(List.of(launcher.metadata()));
            try (load) {
                Eventually.await("the load has started", () -> load.answered() > 200);
                launcher.stop(); // also checks the exit code
            }
            // These do not count as failures: a refused connection; a connection that the system accepted but the
            // service did not; a request that was sent before the client read the announcement that the connection
            // closes. A request that is lost on a kept connection counts, and so does an error response and a
            // truncated response.
            List<String> failures = load.failures().stream()
                    .filter(failure -> !failure.contains("no connection to")
                            && !failure.contains("the new connection was closed")
                            && !failure.contains("the expiring connection was closed"))
                    .toList();
            assertEquals(List.of(), failures);
            assertEquals(List.of(), load.lost(database.dataSource()));
        }
    }

    @Tag("extended")
    @Test
    void acknowledgedWritesSurviveSigkill() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            Load load;
            try (LauncherProcess launcher = LauncherProcess.start(database.environment())) {
                load = Load.on(List.of(launcher.metadata()), Load::isFineOrRetried);
                Eventually.await("the load has started", () -> load.answered() > 200);
            } // SIGKILL
            load.close();
            long begin = System.nanoTime();
            try (LauncherProcess launcher = LauncherProcess.start(database.environment())) {
                assertEquals(200, create(launcher, "After").status());
                System.out.printf("figure: back in service %.1f s after SIGKILL%n", (System.nanoTime() - begin) / 1e9);
                assertEquals(List.of(), load.lost(database.dataSource()));
            }
        }
    }

    @Tag("extended")
    @Test
    void serviceSwitchesToAPromotedReplica() throws Exception {
        try (StoppablePostgres first = StoppablePostgres.start(folder.resolve("first"));
                StoppablePostgres second = first.replicate(folder.resolve("second"))) {
            String both = "host=localhost,localhost port=" + first.port() + "," + second.port()
                    + " user=postgres password=postgres dbname=postgres target_session_attrs=read-write";
            try (LauncherProcess launcher = LauncherProcess.start(
                    // By default a request would wait five seconds for a connection before it fails.
                    Map.of("MF_METADATA_DB_DSN", both, "MF_METADATA_DB_TIMEOUT", "2"))) {
                assertEquals(200, create(launcher, "OnFirst").status());
                JsonNode service = launcher.schemaStatus().body().path("service");
                awaitReplicated(second, "OnFirst");
                first.kill();
                assertEquals(
                        503,
                        launcher.ask("GET", "/flows", NullNode.getInstance()).status());
                long begin = System.nanoTime();
                second.execute("select pg_promote()");
                Eventually.await(
                        "the service writes again",
                        () -> create(launcher, "OnSecond").status() != 503);
                System.out.printf(
                        "figure: first write %d ms after the start of the promotion%n",
                        (System.nanoTime() - begin) / 1_000_000);
                assertEquals(
                        200,
                        launcher.ask("GET", "/flows/OnFirst", NullNode.getInstance())
                                .status());
                Eventually.await("the launcher has a LISTEN session again", () -> second.hasListener());
                assertEquals(service, launcher.schemaStatus().body().path("service"), "no restart");
                launcher.stop();
            }
        }
    }

    /** A standby serves reads; no notification can be received from it. After its promotion it is used like any primary. */
    @Tag("extended")
    @Test
    void standbyServesReadsAndWritesAfterItsPromotion() throws Exception {
        try (StoppablePostgres first = StoppablePostgres.start(folder.resolve("first"))) {
            try (LauncherProcess launcher = LauncherProcess.start(first.environment())) {
                assertEquals(200, create(launcher, "OnFirst").status());
                launcher.stop();
            }
            try (StoppablePostgres second = first.replicate(folder.resolve("second"));
                    LauncherProcess launcher = LauncherProcess.start(second.environment())) {
                assertEquals(
                        200,
                        launcher.ask("GET", "/flows/OnFirst", NullNode.getInstance())
                                .status());
                assertEquals(503, create(launcher, "OnSecond").status());
                Eventually.await(
                        "the launcher has tried to listen",
                        () -> launcher.log().contains("Cannot listen for upgrades"));
                JsonNode service = launcher.schemaStatus().body().path("service");
                second.execute("select pg_promote()");
                Eventually.await(
                        "the service writes", () -> create(launcher, "OnSecond").status() == 200);
                Eventually.await("the launcher has a LISTEN session", () -> second.hasListener());
                assertEquals(service, launcher.schemaStatus().body().path("service"), "no restart");
                launcher.stop();
                assertEquals(List.of(), launcher.errors());
            }
        }
    }

    private static void awaitReplicated(StoppablePostgres replica, String flow) throws Exception {
        Eventually.await("the replica has the flow", () -> {
            try (Connection connection = replica.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery("select 1 from flows_v3 where flow_id = '" + flow + "'")) {
                return rows.next();
            }
        });
    }

    private static boolean isRefused(LauncherProcess launcher) {
        try (HttpConnection http = new HttpConnection(launcher.metadata(), DEADLINE)) {
            return http.pipeline(List.of(
                                    new Request("GET", "/ping", Optional.empty(), NullNode.getInstance(), Map.of())))
                            .get(0)
                            .status()
                    != 200;
        } catch (IOException e) {
            return true;
        }
    }

    private static void stop(LauncherProcess launcher) {
        try {
            launcher.stop();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Answer create(LauncherProcess launcher, String flow) {
        try {
            return launcher.createFlow(flow);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

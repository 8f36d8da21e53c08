package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import metaservice.migrations.Catalog;
import metaservice.migrations.Dumps;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.UpgradeOutcome;
import metaservice.migrations.WaitingIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Upgrades by a real launcher that is killed, cut off, or loses its server, in every migration and at many moments of
 * each. Whatever happened: asked again, the upgrade completes, and nothing is lost.
 */
@Order(2)
@TestInstance(Lifecycle.PER_CLASS)
class CrashSafetyIT {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private static final List<SchemaVersion> VERSIONS = new Migrations(new PGSimpleDataSource()).bundled();
    private static final SchemaVersion NEWEST = VERSIONS.get(VERSIONS.size() - 1);

    private static final String FINISHED = "upgrade success";

    /** Of the lock that nodes compete for, as the server lists it. */
    private static final String CUT_LOCK_HOLDER = "SELECT pg_terminate_backend(pid) FROM pg_locks"
            + " WHERE locktype = 'advisory' AND granted AND classid = 1836348278 AND objid = 1"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private static final WaitingIndex INDEX = new WaitingIndex("metadata_v3");

    private final Map<SchemaVersion, TestDatabase> templates = new HashMap<>();
    private StoppablePostgres server;
    private List<String> newestSchema = List.of();
    private List<List<Object>> gooseLedger = List.of();
    private int count;

    /** What breaks. */
    private enum Fault {
        LAUNCHER_KILLED,
        WORKER_CUT,
        LOCK_HOLDER_CUT,
        SERVER_RESTARTED
    }

    /**
     * Where it breaks.
     *
     * @param from the schema version that the upgrade begins at; zero for an empty database
     * @param point the {@link StopPoints stop point} that the launcher has come to
     */
    private record Moment(SchemaVersion from, long point) {}

    @BeforeAll
    void startServer(@TempDir Path folder) throws Exception {
        server = StoppablePostgres.start(folder.resolve("data"));
        try (TestDatabase recorded = Dumps.restored(NEWEST.number());
                TestDatabase undisturbed = copyOf(NEWEST)) {
            newestSchema = Catalog.of(recorded);
            gooseLedger = Dumps.gooseRows(undisturbed);
        }
    }

    @AfterAll
    void stopServer() throws IOException {
        server.close();
    }

    /** Something of every kind: the first tables, a change of them, the change of a key, an index, our own. */
    static Stream<Arguments> some() {
        return Stream.of(
                arguments(0L, Fault.LAUNCHER_KILLED),
                arguments(1L, Fault.SERVER_RESTARTED),
                arguments(20200603104139L, Fault.LOCK_HOLDER_CUT),
                arguments(20230118020300L, Fault.WORKER_CUT),
                arguments(20260706000003L, Fault.LAUNCHER_KILLED));
    }

    /** Every point of every migration. */
    Stream<Moment> all() {
        List<SchemaVersion> begins = new ArrayList<>(VERSIONS.subList(0, VERSIONS.size() - 1));
        begins.add(0, SchemaVersion.ZERO);
        return begins.stream()
                .flatMap(
                        from -> LongStream.rangeClosed(1, pointsFrom(from)).mapToObj(point -> new Moment(from, point)));
    }

    @ParameterizedTest
    @MethodSource("some")
    void upgradeIsCompletedAfterAFault(long from, Fault fault) throws Exception {
        SchemaVersion begin = new SchemaVersion(from);
        breakAt(new Moment(begin, (pointsFrom(begin) + 1) / 2), fault);
    }

    @Tag("faults")
    @ParameterizedTest
    @MethodSource("all")
    void upgradeIsCompletedAfterAnyFaultAtAnyMoment(Moment moment) throws Exception {
        for (Fault fault : Fault.values()) {
            breakAt(moment, fault);
        }
    }

    /** While it waits its index is there, but not valid. */
    @ParameterizedTest
    @EnumSource
    void indexThatWaitsForAWriterIsBuiltAgain(Fault fault) throws Exception {
        try (TestDatabase database = copyOf(new SchemaVersion(20200603104139L));
                LauncherProcess launcher = LauncherProcess.start(database.environment());
                Connection writer = database.dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            List<List<Object>> rows = Dumps.rows(database);
            writer.setAutoCommit(false);
            statement.execute("UPDATE metadata_v3 SET value = 'of nobody'");
            CompletableFuture<String> answer =
                    CompletableFuture.supplyAsync(() -> upgrade(launcher), new ThreadPerTask("upgrade"));
            Eventually.await("an index waits for the writer", () -> INDEX.isIn(database));
            assertEquals(List.of(List.of(1L)), database.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
            strike(fault, launcher, database, INDEX.cut());
            writer.abort(Runnable::run);
            answer.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            repair(fault, launcher, database);
            assertWhole(database, rows);
        }
    }

    private void breakAt(Moment moment, Fault fault) throws Exception {
        try (TestDatabase database = copyOf(moment.from())) {
            boolean empty = moment.from().equals(SchemaVersion.ZERO);
            List<List<Object>> rows = new ArrayList<>(empty ? List.of() : Dumps.rows(database));
            StopPoints points = StopPoints.in(database, moment.point());
            try (LauncherProcess launcher = LauncherProcess.begin(database.environment())) {
                CompletableFuture<String> answer = CompletableFuture.completedFuture("");
                if (!empty) { // or it upgrades without being asked to
                    launcher.awaitReport();
                    answer = CompletableFuture.supplyAsync(() -> upgrade(launcher), new ThreadPerTask("upgrade"));
                }
                Eventually.await("the upgrade has come to the point", points::isHolding);
                if (!empty && !points.shutsClientsOut()) {
                    Answer meanwhile = launcher.createFlow("Meanwhile");
                    assertEquals(200, meanwhile.status(), meanwhile::text);
                    rows = Dumps.rows(database);
                }
                strike(fault, launcher, database, StopPoints.CUT_WHO_IS_HELD);
                points.letGo();
                answer.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
                repair(empty ? Fault.LAUNCHER_KILLED : fault, launcher, database);
                points.remove();
                assertWhole(database, rows);
            } catch (AssertionError e) {
                throw new AssertionError(fault + " at " + moment, e);
            }
        }
    }

    private void strike(Fault fault, LauncherProcess launcher, TestDatabase database, String cutWorker)
            throws IOException {
        switch (fault) {
            case LAUNCHER_KILLED -> launcher.kill();
            case WORKER_CUT -> assertCut(database.query(cutWorker));
            case LOCK_HOLDER_CUT -> assertCut(database.query(CUT_LOCK_HOLDER));
            case SERVER_RESTARTED -> {
                server.stop();
                server.restart();
            }
        }
    }

    private static void assertCut(List<List<Object>> answer) {
        assertEquals(List.of(List.of(true)), answer, "one connection is cut");
    }

    /** Asks again, as an operator does, until the upgrade is done and served; starts the launcher again first, if it died. */
    private static void repair(Fault fault, LauncherProcess launcher, TestDatabase database) throws Exception {
        if (fault == Fault.LAUNCHER_KILLED) {
            launcher.kill();
            try (LauncherProcess again = LauncherProcess.start(database.environment())) {
                complete(again);
                again.stop();
            }
        } else {
            complete(launcher);
            launcher.stop();
        }
    }

    private static void complete(LauncherProcess launcher) throws Exception {
        Eventually.await("the upgrade is done", () -> upgrade(launcher).equals(FINISHED));
        JsonNode status = launcher.schemaStatus().body();
        assertTrue(status.path("is_up_to_date").booleanValue(), status::toString);
        assertFalse(status.path("migration_in_progress").booleanValue(), status::toString);
        assertTrue(status.path("drift").isEmpty(), status::toString);
        Optional<String> newest = Optional.of(Generation.newestVersion());
        Eventually.await(
                "the newest service serves", () -> launcher.servingVersion().equals(newest));
    }

    private void assertWhole(TestDatabase database, List<List<Object>> rows) {
        assertEquals(newestSchema, Catalog.of(database));
        assertEquals(rows, Dumps.rows(database));
        assertEquals(gooseLedger, Dumps.gooseRows(database));
        assertEquals(
                List.of(List.of(VERSIONS.size(), true)),
                database.query("SELECT count(DISTINCT version)::int, bool_and(success) FROM flyway_schema_history"
                        + " WHERE version <> '0'"));
    }

    /** A new database with rows at a schema version; without any table for zero. */
    private TestDatabase copyOf(SchemaVersion version) {
        TestDatabase template = templates.computeIfAbsent(version, this::template);
        return TestDatabase.create(server.port(), "copy_" + count++, template.name());
    }

    private TestDatabase template(SchemaVersion version) {
        TestDatabase database = TestDatabase.create(server.port(), "at_" + version, "template0");
        if (!version.equals(SchemaVersion.ZERO)) {
            upgrade(database, version);
            Dumps.addRows(database);
        }
        return database;
    }

    private static void upgrade(TestDatabase database, SchemaVersion version) {
        assertInstanceOf(UpgradeOutcome.Upgraded.class, new Migrations(database.dataSource()).upgradeTo(version));
    }

    /** How many points the next migration passes. */
    private long pointsFrom(SchemaVersion version) {
        try (TestDatabase database = copyOf(version)) {
            StopPoints points = StopPoints.in(database, 0);
            upgrade(database, VERSIONS.get(VERSIONS.indexOf(version) + 1));
            return points.passed();
        }
    }

    /** What the upgrade is answered with; or what became of the connection. */
    private static String upgrade(LauncherProcess launcher) {
        try {
            return launcher.upgrade().text();
        } catch (IOException e) {
            return e.toString();
        }
    }
}

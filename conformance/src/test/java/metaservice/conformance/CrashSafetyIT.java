package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import metaservice.migrations.Catalog;
import metaservice.migrations.Dumps;
import metaservice.migrations.Eventually;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.migrations.WaitingIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Upgrades by a real launcher that is killed, loses a connection, or loses its server, in every migration and at many
 * moments of each. After each of these faults a second request completes the upgrade, and nothing is lost.
 */
@Tag("extended")
@Order(2)
@TestInstance(Lifecycle.PER_CLASS)
class CrashSafetyIT {

    private static final List<SchemaVersion> VERSIONS = BreakableNode.VERSIONS;
    private static final SchemaVersion NEWEST = VERSIONS.get(VERSIONS.size() - 1);

    private static final WaitingIndex INDEX = new WaitingIndex("metadata_v3");

    /** Nodes that no test uses at the moment. There are as many nodes as threads that run these tests. */
    private final Queue<BreakableNode> idle = new ConcurrentLinkedQueue<>();

    private final AtomicInteger started = new AtomicInteger();
    private Path folder = Path.of("");
    private List<String> newestSchema = List.of();
    private List<List<Object>> gooseLedger = List.of();

    /** Work on a node that no other thread uses meanwhile. */
    private interface Work<T> {
        T on(BreakableNode node) throws Exception;
    }

    @BeforeAll
    void findWhatUpgradesLeave(@TempDir Path servers) {
        folder = servers;
        try (TestDatabase recorded = Dumps.restored(NEWEST.number());
                TestDatabase undisturbed = TestDatabases.at(NEWEST.number())) {
            newestSchema = Catalog.of(recorded);
            gooseLedger = Dumps.gooseRows(undisturbed);
        }
    }

    @AfterAll
    void stopNodes() {
        assertAll(idle.stream().map(node -> node::stop)); // all of them, also after one that fails
    }

    /** One migration of each kind: the first tables, a change of them, the change of a key, an index, our own. */
    static Stream<Arguments> some() {
        return Stream.of(
                arguments(0L, UpgradeFault.LAUNCHER_KILLED),
                arguments(1L, UpgradeFault.SERVER_RESTARTED),
                arguments(20200603104139L, UpgradeFault.LOCK_HOLDER_CUT),
                arguments(20230118020300L, UpgradeFault.WORKER_CUT),
                arguments(20260706000003L, UpgradeFault.LAUNCHER_KILLED));
    }

    /** Every fault at every point of every migration. */
    Stream<Arguments> all() throws Exception {
        List<SchemaVersion> begins = new ArrayList<>(VERSIONS.subList(0, VERSIONS.size() - 1));
        begins.add(0, SchemaVersion.ZERO);
        List<UpgradeMoment> moments = new ArrayList<>();
        for (SchemaVersion from : begins) {
            LongStream.rangeClosed(1, pointsFrom(from)).forEach(point -> moments.add(new UpgradeMoment(from, point)));
        }
        return moments.stream()
                .flatMap(moment -> Stream.of(UpgradeFault.values()).map(fault -> arguments(moment, fault)));
    }

    @ParameterizedTest
    @MethodSource("some")
    void upgradeIsCompletedAfterAFault(long from, UpgradeFault fault) throws Exception {
        SchemaVersion begin = new SchemaVersion(from);
        breakAt(new UpgradeMoment(begin, (pointsFrom(begin) + 1) / 2), fault);
    }

    /** Several at once, each on a node of its own, so that all processors are busy. */
    @Tag("faults")
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("all")
    void upgradeIsCompletedAfterAnyFaultAtAnyMoment(UpgradeMoment moment, UpgradeFault fault) throws Exception {
        breakAt(moment, fault);
    }

    /** While the migration waits, its index is there, but not valid. */
    @ParameterizedTest
    @EnumSource
    void indexThatWaitsForAWriterIsBuiltAgain(UpgradeFault fault) throws Exception {
        onNode(node -> {
            buildIndexAgainAfter(fault, node);
            return node;
        });
    }

    private void buildIndexAgainAfter(UpgradeFault fault, BreakableNode node) throws Exception {
        UpgradeMoment moment = new UpgradeMoment(new SchemaVersion(20200603104139L), 0);
        node.restore(moment.from());
        node.serve(moment.from());
        TestDatabase database = node.database();
        List<List<Object>> rows = Dumps.rows(database);
        try (Connection writer = database.dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("UPDATE metadata_v3 SET value = 'not committed'");
            node.beginUpgrade(moment);
            Eventually.await("an index waits for the writer", () -> INDEX.isIn(database));
            assertEquals(List.of(List.of(1L)), database.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
            node.strike(fault, INDEX.cut());
            writer.abort(Runnable::run);
        }
        node.awaitAnswer();
        repair(fault == UpgradeFault.LAUNCHER_KILLED, node);
        assertWhole(database, rows);
    }

    private void breakAt(UpgradeMoment moment, UpgradeFault fault) throws Exception {
        onNode(node -> {
            try {
                breakAt(moment, fault, node);
                return node;
            } catch (AssertionError e) {
                throw new AssertionError(fault + " at " + moment, e);
            }
        });
    }

    private void breakAt(UpgradeMoment moment, UpgradeFault fault, BreakableNode node) throws Exception {
        node.restore(moment.from());
        TestDatabase database = node.database();
        List<List<Object>> rows = List.of();
        if (!moment.fillsDatabase()) {
            node.serve(moment.from());
            rows = Dumps.rows(database);
        }
        StopPoints points = StopPoints.in(database, moment.point());
        node.beginUpgrade(moment);
        points.awaitHolding();
        if (!moment.fillsDatabase() && !points.shutsClientsOut()) {
            Answer meanwhile = node.launcher().createFlow("Meanwhile");
            assertEquals(200, meanwhile.status(), meanwhile::text);
            rows = Dumps.rows(database);
        }
        node.strike(fault, StopPoints.CUT_HELD);
        points.letGo();
        node.awaitAnswer();
        repair(moment.fillsDatabase() || fault == UpgradeFault.LAUNCHER_KILLED, node);
        points.remove();
        assertWhole(database, rows);
    }

    /** Completes the upgrade, with a launcher that is started for that if the one before is dead or could not start. */
    private static void repair(boolean newLauncher, BreakableNode node) throws Exception {
        if (newLauncher) {
            node.replaceLauncher();
        }
        node.completeUpgrade();
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

    private long pointsFrom(SchemaVersion version) throws Exception {
        return onNode(node -> node.pointsFrom(version));
    }

    /** Does work on an idle node, or on a new one if there is none. A node on which work failed is not used again. */
    private <T> T onNode(Work<T> work) throws Exception {
        BreakableNode node = idle.poll();
        if (node == null) {
            node = BreakableNode.start(folder.resolve("data" + started.getAndIncrement()));
        }
        try {
            T result = work.on(node);
            idle.add(node);
            return result;
        } catch (Exception | AssertionError e) {
            close(node, e);
            throw e;
        }
    }

    private static void close(BreakableNode node, Throwable reason) {
        try {
            node.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}

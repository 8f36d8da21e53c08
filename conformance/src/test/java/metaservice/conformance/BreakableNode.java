package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Dumps;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.UpgradeOutcome;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server with one database, and one launcher on it, for tests that break many upgrades one after the other.
 * The launcher's process stays from one upgrade to the next, which saves its start. Between two upgrades the database is
 * replaced, as by the restore of a backup, and the launcher swaps to the service for the older schema. The launcher is
 * started again only after it was killed, and for an empty database, because a launcher fills that during its start. For
 * one thread at a time.
 */
final class BreakableNode implements AutoCloseable {

    /** All schema versions that migrations make, in their order. */
    static final List<SchemaVersion> VERSIONS = new Migrations(new PGSimpleDataSource()).bundled();

    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final String DATABASE = "metadata";
    private static final String UPGRADED = "upgrade success";

    /** Of the lock for which nodes compete, as the server lists it. */
    private static final String CUT_LOCK_HOLDER = "SELECT pg_terminate_backend(pid) FROM pg_locks"
            + " WHERE locktype = 'advisory' AND granted AND classid = 1836348278 AND objid = 1"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private final StoppablePostgres server;
    private final Map<SchemaVersion, TestDatabase> templates = new HashMap<>();
    private Optional<TestDatabase> database = Optional.empty();
    private Optional<LauncherProcess> launcher = Optional.empty();
    private CompletableFuture<String> answer = CompletableFuture.completedFuture("");

    private BreakableNode(StoppablePostgres server) {
        this.server = server;
    }

    /**
     * Starts the server; a launcher is started when one is needed.
     *
     * @param data a folder that does not exist, for the server's data
     */
    static BreakableNode start(Path data) throws IOException {
        return new BreakableNode(StoppablePostgres.start(data));
    }

    /** The database; after {@link #restore}. */
    TestDatabase database() {
        return database.orElseThrow();
    }

    /** The launcher, which may be killed; after {@link #serve} or {@link #beginUpgrade}. */
    LauncherProcess launcher() {
        return launcher.orElseThrow();
    }

    /**
     * Replaces the database by one with rows at this schema version. The launcher, if there is one, loses its connections
     * by that. None is left for an empty database.
     *
     * @param version zero for a database without tables
     */
    void restore(SchemaVersion version) throws Exception {
        if (version.equals(SchemaVersion.ZERO)) {
            stopLauncher();
        }
        String template = template(version).name();
        database.ifPresent(TestDatabase::close);
        database = Optional.of(TestDatabase.create(server.port(), DATABASE, template));
    }

    /** Waits until the launcher serves clients on the database with this schema version; starts one if there is none. */
    void serve(SchemaVersion version) throws IOException, InterruptedException {
        if (launcher.isEmpty()) {
            launcher = Optional.of(LauncherProcess.start(database().environment()));
        }
        Optional<String> expected =
                Optional.of(Generation.chosenFor(version).version().toString());
        Eventually.await("the launcher listens to the database", server::hasListener);
        Eventually.await("the service for schema " + version + " serves", () -> {
            Answer flows = launcher().ask("GET", "/flows", NullNode.getInstance());
            return flows.status() == 200
                    && flows.header("METADATA_SERVICE_VERSION").equals(expected);
        });
    }

    /** Lets the launcher begin to upgrade the database, and returns at once. An empty one gets a launcher for that. */
    void beginUpgrade(UpgradeMoment moment) throws IOException {
        if (moment.fillsDatabase()) {
            launcher = Optional.of(LauncherProcess.begin(database().environment()));
            return;
        }
        LauncherProcess asked = launcher();
        answer = CompletableFuture.supplyAsync(() -> upgrade(asked), new ThreadPerTask("upgrade"));
    }

    /**
     * Breaks something.
     *
     * @param worker SQL query that ends the connection of the migration; gives one row if there is one
     */
    void strike(UpgradeFault fault, String worker) throws IOException {
        switch (fault) {
            case LAUNCHER_KILLED -> launcher().kill();
            case WORKER_CUT -> assertCut(database().query(worker));
            case LOCK_HOLDER_CUT -> assertCut(database().query(CUT_LOCK_HOLDER));
            case SERVER_RESTARTED -> {
                server.stop();
                server.restart();
            }
        }
    }

    private static void assertCut(List<List<Object>> rows) {
        assertEquals(List.of(List.of(true)), rows, "one connection is cut");
    }

    /** Waits for the answer to the upgrade that {@link #beginUpgrade} asked for, or for the end of its connection. */
    void awaitAnswer() throws Exception {
        answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    }

    /** Ends the launcher by SIGKILL, if it is still there, and starts another one. */
    void replaceLauncher() throws IOException, InterruptedException {
        forgetLauncher();
        launcher = Optional.of(LauncherProcess.start(database().environment()));
    }

    /** Asks again, as an operator does, until the upgrade is done and the newest service serves. */
    void completeUpgrade() throws IOException {
        Eventually.await("the upgrade is done", () -> upgrade(launcher()).equals(UPGRADED));
        JsonNode status = launcher().schemaStatus().body();
        assertTrue(status.path("is_up_to_date").booleanValue(), status::toString);
        assertFalse(status.path("migration_in_progress").booleanValue(), status::toString);
        assertTrue(status.path("drift").isEmpty(), status::toString);
        Optional<String> newest = Optional.of(Generation.newestVersion());
        Eventually.await(
                "the newest service serves", () -> launcher().servingVersion().equals(newest));
    }

    /** How many stop points the next migration passes. */
    long pointsFrom(SchemaVersion version) {
        String template = template(version).name();
        try (TestDatabase copy = TestDatabase.create(server.port(), "counted", template)) {
            StopPoints points = StopPoints.in(copy, 0);
            upgrade(copy, VERSIONS.get(VERSIONS.indexOf(version) + 1));
            return points.passed();
        }
    }

    /**
     * Stops the launcher, then the server.
     *
     * @throws AssertionError if the launcher does not end with code 0
     */
    void stop() throws IOException, InterruptedException {
        try (this) {
            stopLauncher();
        }
    }

    /** Ends the launcher, whatever it does, by SIGKILL, and the server. */
    @Override
    public void close() throws IOException {
        forgetLauncher();
        server.close();
    }

    private void stopLauncher() throws IOException, InterruptedException {
        try {
            if (launcher.isPresent()) {
                launcher().stop();
            }
        } finally {
            forgetLauncher();
        }
    }

    private void forgetLauncher() throws IOException {
        if (launcher.isPresent()) {
            launcher().close();
        }
        launcher = Optional.empty();
    }

    /** What the upgrade is answered with; or what became of the connection. */
    private static String upgrade(LauncherProcess launcher) {
        try {
            return launcher.upgrade().text();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private TestDatabase template(SchemaVersion version) {
        return templates.computeIfAbsent(version, this::makeTemplate);
    }

    private TestDatabase makeTemplate(SchemaVersion version) {
        TestDatabase template = TestDatabase.create(server.port(), "at_" + version, "template0");
        if (!version.equals(SchemaVersion.ZERO)) {
            upgrade(template, version);
            Dumps.addRows(template);
        }
        return template;
    }

    private static void upgrade(TestDatabase database, SchemaVersion version) {
        assertInstanceOf(UpgradeOutcome.Upgraded.class, new Migrations(database.dataSource()).upgradeTo(version));
    }
}

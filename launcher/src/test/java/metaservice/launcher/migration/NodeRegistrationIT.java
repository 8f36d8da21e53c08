package metaservice.launcher.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.Node;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;

/** The row of one node: written at once and after changes, removed at the end. */
class NodeRegistrationIT {

    private static final String SWAPS = "SELECT swaps[1] FROM metaservice_nodes";

    private static Node node(String swap) {
        Node.Service metadata = new Node.Service("metadata", Optional.of("3.0.0"), swap);
        return new Node("me", "here", "1.2.3", List.of(metadata), Instant.EPOCH, Instant.EPOCH);
    }

    private static boolean is(TestDatabase database, String swap) {
        return database.query(SWAPS).equals(List.of(List.of(swap)));
    }

    @Test
    void rowFollowsTheProcess() {
        try (TestDatabase database = TestDatabases.newest()) {
            AtomicReference<Node> self = new AtomicReference<>(node("idle"));
            try (NodeRegistration row =
                    new NodeRegistration(new Migrations(database.dataSource()).nodes(), self::get)) {
                row.begin();
                Eventually.await("the row is written", () -> is(database, "idle"));
                self.set(node("starting"));
                row.changed();
                Eventually.await("the change is written", () -> is(database, "starting"));
                assertEquals(Optional.empty(), row.problem());
            }
            assertEquals(List.of(), database.query(SWAPS));
        }
    }

    @Test
    void problemIsKeptUntilTheRowCanBeWritten() {
        try (TestDatabase database = TestDatabases.newest()) {
            database.execute("DROP TABLE metaservice_nodes; DROP TABLE flyway_schema_history, metaservice_floor,"
                    + " metaservice_upgrades");
            Migrations migrations = new Migrations(database.dataSource());
            try (NodeRegistration row = new NodeRegistration(migrations.nodes(), () -> node("idle"))) {
                row.begin();
                Eventually.await("the problem is found", () -> row.problem().isPresent());
                assertTrue(row.problem().orElseThrow().contains("the next upgrade creates it"));
                migrations.upgrade();
                row.changed();
                Eventually.await("the row is written", () -> is(database, "idle"));
                Eventually.await("the problem is gone", () -> row.problem().isEmpty());
            }
        }
    }

    @Test
    void databaseThatIsAwayIsTriedAgain() {
        try (TestDatabase database = TestDatabases.newest()) {
            AtomicBoolean away = new AtomicBoolean(true);
            AtomicInteger attempts = new AtomicInteger();
            DataSource dataSource = (DataSource) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                        attempts.incrementAndGet();
                        if (away.get()) {
                            throw new SQLException("away", "08001");
                        }
                        return database.dataSource().getConnection();
                    });
            try (NodeRegistration row = new NodeRegistration(new Migrations(dataSource).nodes(), () -> node("idle"))) {
                row.begin();
                Eventually.await("a second attempt is made", () -> attempts.get() > 1);
                away.set(false);
                Eventually.await("the row is written", () -> is(database, "idle"));
            }
        }
    }
}

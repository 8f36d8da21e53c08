package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The table of the nodes: who creates it, what it holds, and what is said where it cannot be used. */
class NodeTableIT {

    private static final Instant STARTED = Instant.parse("2026-01-02T03:04:05.678Z");

    private static Node node(String id, Node.Service... services) {
        return new Node(id, "host-" + id, "1.2.3", List.of(services), STARTED, Instant.EPOCH);
    }

    private static NodeTable table(TestDatabase database) {
        return new Migrations(database.dataSource()).nodes();
    }

    private static List<String> ids(NodeTable.Rows rows) {
        return rows.nodes().stream().map(Node::id).toList();
    }

    private static boolean exists(TestDatabase database) {
        return database.query("SELECT to_regclass('metaservice_nodes') IS NOT NULL")
                .equals(List.of(List.of(true)));
    }

    @Test
    void rowsAreWrittenReadAndRemoved() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            NodeTable table = table(database);
            Node.Service metadata = new Node.Service("metadata", Optional.of("3.0.0"), "idle");
            Node.Service other = new Node.Service("ui", Optional.empty(), "starting");
            assertEquals(Optional.empty(), table.write(node("a", metadata, other)));
            assertEquals(Optional.empty(), table.write(node("b")));
            NodeTable.Rows rows = table.read();
            assertEquals(Optional.empty(), rows.note());
            assertEquals(List.of("a", "b"), ids(rows));
            assertEquals(List.of(metadata, other), rows.nodes().get(0).services());
            assertEquals(List.of(), rows.nodes().get(1).services());
            assertEquals(STARTED, rows.nodes().get(0).started());
            table.write(node("a", new Node.Service("metadata", Optional.of("3.0.0"), "draining")));
            assertEquals(
                    "draining", table.read().nodes().get(0).services().get(0).swap());
            table.remove("a");
            table.remove("unknown");
            assertEquals(List.of("b"), ids(table.read()));
            assertEquals(
                    List.of(), new Migrations(database.dataSource()).status().drift());
        }
    }

    @Test
    void expiredRowsAreNotReadAndTheNextWriteDeletesThem() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            NodeTable table = table(database);
            table.write(node("a"));
            table.write(node("b"));
            database.execute("UPDATE metaservice_nodes SET last_seen = now() - interval '61 s'");
            assertEquals(List.of(), ids(table.read()));
            table.write(node("b"));
            assertEquals(List.of(List.of("b")), database.query("SELECT id FROM metaservice_nodes"));
        }
    }

    @Test
    void nothingIsWrittenBeforeTheFirstUpgrade() throws SQLException {
        try (TestDatabase database = TestDatabases.at(20230118020300L)) {
            database.execute("DROP TABLE flyway_schema_history, metaservice_floor, metaservice_upgrades,"
                    + " metaservice_nodes");
            NodeTable table = table(database);
            String note = table.write(node("a")).orElseThrow();
            assertTrue(note.endsWith("the next upgrade creates it."), note);
            assertEquals(new NodeTable.Rows(List.of(), Optional.of(note)), table.read());
            table.remove("a");
            assertFalse(exists(database));
            new Migrations(database.dataSource()).upgrade();
            assertEquals(Optional.empty(), table.write(node("a")));
        }
    }

    /** An earlier release has upgraded the database; all nodes start at the same time with a newer one. */
    @Test
    void tableIsCreatedInAnUpgradedDatabaseWithItsGrants() {
        try (TestDatabase database = TestDatabases.at(1)) {
            String reader = database.name() + "_reader";
            database.execute("DROP TABLE metaservice_nodes; CREATE ROLE " + reader
                    + " LOGIN; GRANT SELECT ON flows_v3 TO " + reader);
            try {
                List<Optional<String>> written = IntStream.range(0, 8)
                        .parallel()
                        .mapToObj(number -> write(table(database), node("n" + number)))
                        .toList();
                assertEquals(
                        List.of(Optional.empty()), written.stream().distinct().toList());
                assertEquals(
                        List.of(List.of(true, false)),
                        database.query("SELECT has_table_privilege('" + reader + "', 'metaservice_nodes', 'SELECT'),"
                                + " has_table_privilege('" + reader + "', 'metaservice_nodes', 'INSERT')"));
            } finally {
                database.execute("DROP OWNED BY " + reader + "; DROP ROLE " + reader);
            }
        }
    }

    private static Optional<String> write(NodeTable table, Node node) {
        try {
            return table.write(node);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void missingPrivilegesAreNamed() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            String role = database.name() + "_reader";
            database.execute("CREATE ROLE " + role + " LOGIN");
            try {
                NodeTable table = new Migrations(database.dataSource(role)).nodes();
                String select = "Role %s may not read table public.metaservice_nodes: run GRANT SELECT ON TABLE"
                        + " public.metaservice_nodes TO %s.";
                assertEquals(
                        Optional.of(select.formatted(role, role)), table.read().note());
                String write = "Role %s may not write table public.metaservice_nodes: run GRANT SELECT, INSERT, UPDATE,"
                        + " DELETE ON TABLE public.metaservice_nodes TO %s.";
                assertEquals(Optional.of(write.formatted(role, role)), table.write(node("a")));
                database.execute(
                        "DROP TABLE metaservice_nodes; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);
                String create = table.write(node("a")).orElseThrow();
                assertTrue(create.endsWith("run GRANT USAGE, CREATE ON SCHEMA public TO " + role + "."), create);
                assertFalse(exists(database));
            } finally {
                database.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
            }
        }
    }

    @Test
    void readOnlyDatabaseKeepsTheListReadable() throws SQLException {
        try (TestDatabase database = TestDatabases.newest()) {
            NodeTable table = table(database);
            table.write(node("a"));
            database.execute("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
            assertEquals(
                    Optional.of("The database is read-only, so this node cannot be seen by others."),
                    table.write(node("b")));
            assertEquals(List.of("a"), ids(table.read()));
        }
    }
}

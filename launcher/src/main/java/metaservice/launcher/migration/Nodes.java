package metaservice.launcher.migration;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import metaservice.launcher.http.CannedAnswer;
import metaservice.migrations.Node;
import metaservice.migrations.NodeTable;

/**
 * The launchers that use the database, for {@code GET /nodes} and the page. Thread-safe.
 *
 * @param table where the other nodes are found
 * @param self what this process is now
 * @param problem why this process is not in the table; empty if it is
 */
public record Nodes(NodeTable table, Supplier<Node> self, Supplier<Optional<String>> problem) {

    /** States of a swap that last until something else changes. */
    private static final Set<String> AT_REST = Set.of("idle", "failed", "restart_needed");

    /**
     * The nodes at one moment.
     *
     * @param self id of this process, which is always in the list
     * @param note one sentence if the list may be incomplete
     */
    record Found(List<Node> nodes, String self, Optional<String> note) {

        boolean isThisNode(Node node) {
            return node.id().equals(self);
        }

        /** Whether a swap is under way on any node. */
        boolean isSwapping() {
            return nodes.stream().anyMatch(Found::isSwapping);
        }

        static boolean isSwapping(Node node) {
            return node.services().stream().anyMatch(service -> !AT_REST.contains(service.swap()));
        }
    }

    /**
     * Reads the table. This process is listed with its state at this moment, whatever the table says.
     *
     * @throws SQLException if the database cannot be reached or read
     */
    Found find() throws SQLException {
        NodeTable.Rows rows = table.read();
        Node own = self.get();
        boolean listed = rows.nodes().stream().anyMatch(node -> node.id().equals(own.id()));
        Stream<Node> others = rows.nodes().stream().map(node -> node.id().equals(own.id()) ? own : node);
        List<Node> all = (listed ? others : Stream.concat(Stream.of(own), others)).toList();
        return new Found(all, own.id(), rows.note().or(problem));
    }

    /** The answer to {@code GET /nodes}. */
    CannedAnswer answer() throws SQLException {
        Found found = find();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(
                "nodes",
                found.nodes().stream().map(node -> members(node, found)).toList());
        members.put("note", found.note());
        return CannedAnswer.json(200, members);
    }

    private static Map<String, Object> members(Node node, Found found) {
        Map<String, Object> versions = new LinkedHashMap<>();
        Map<String, Object> swaps = new LinkedHashMap<>();
        for (Node.Service service : node.services()) {
            versions.put(service.kind(), service.version());
            swaps.put(service.kind(), service.swap());
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", node.id());
        members.put("host", node.host());
        members.put("image_version", node.imageVersion());
        members.put("services", versions);
        members.put("swap", swaps);
        members.put("started", node.started().toString());
        members.put("last_seen", node.lastSeen().toString());
        members.put("this_node", found.isThisNode(node));
        return members;
    }
}

package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.Eventually;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;

/**
 * Rows that clients wrote through the oldest service read equal through each newer one after an upgrade. The rows are those
 * of Metaflow's client: each attempt of a task stores all its artifacts, the one called {@code name} last, and all parts of
 * a run have its tags. For other rows the versions have different rules, which the recordings cover.
 */
class RowsAcrossUpgradesIT {

    private static final SchemaVersion OF_THE_SECOND = new SchemaVersion(20200603104139L);

    private static final String ROW = "\"user_name\": \"alice\", \"tags\": [\"a\", \"\u00e9\u2603\"],"
            + " \"system_tags\": [\"runtime:dev\", \"python_version:3.9\"]";

    @Test
    void rowsOfTheOldestServiceAreShownByEachNewerOneAsTheyWere() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            assertEquals("1.0.1", launcher.serviceVersion());
            List<String> paths = write(launcher);
            Map<String, JsonNode> byTheFirst = read(launcher, paths);
            new Migrations(database.dataSource()).upgradeTo(OF_THE_SECOND);
            Map<String, JsonNode> byTheSecond = readFrom("2.5.1", launcher, paths);
            assertEquals(List.of(), differences(byTheFirst, byTheSecond, RowsAcrossUpgradesIT::asByTheSecond));
            new Migrations(database.dataSource()).upgrade();
            Map<String, JsonNode> byTheNewest = readFrom(Generation.newestVersion(), launcher, paths);
            assertEquals(List.of(), differences(byTheSecond, byTheNewest, UnaryOperator.identity()));
            launcher.stop();
        }
    }

    /** Writes at least one row of each kind. Returns the paths that show them, alone and in lists. */
    private static List<String> write(LauncherProcess launcher) throws IOException {
        String flow = "/flows/Across";
        post(launcher, flow, "{" + ROW + "}");
        String run =
                flow + "/runs/" + post(launcher, flow + "/run", "{" + ROW + "}").path("run_number");
        post(launcher, flow + "/run", "{}");
        String step = run + "/steps/start";
        post(launcher, step + "/step", "{" + ROW + "}");
        String task = step + "/tasks/"
                + post(launcher, step + "/task", "{" + ROW + "}").path("task_id");
        post(launcher, step + "/task", "{" + ROW + "}");
        post(
                launcher,
                task + "/artifact",
                "[" + artifact("x", 0) + ", " + artifact("y", 0) + ", " + artifact("name", 0) + "]");
        post(
                launcher,
                task + "/artifact",
                "[" + artifact("x", 1) + ", " + artifact("y", 1) + ", " + artifact("name", 1) + "]");
        post(
                launcher,
                task + "/metadata",
                "[{\"field_name\": \"f\", \"value\": \"{\\\"a\\\": [1.50, null]}\", \"type\": \"json\", " + ROW + "}]");
        return List.of(
                "/flows",
                flow,
                flow + "/runs",
                run,
                run + "/steps",
                step,
                step + "/tasks",
                task,
                task + "/artifacts",
                task + "/artifacts/y",
                task + "/metadata",
                run + "/artifacts",
                run + "/metadata");
    }

    private static String artifact(String name, int attempt) {
        return "{\"name\": \"" + name + "\", \"location\": \"s3://bucket/" + name + attempt
                + "\", \"ds_type\": \"s3\", \"sha\": \"0123abc\", \"type\": \"metaflow.artifact\","
                + " \"content_type\": \"gzip+pickle-v2\", \"attempt_id\": " + attempt + ", " + ROW + "}";
    }

    private static JsonNode post(LauncherProcess launcher, String path, String body) throws IOException {
        Answer answer = launcher.ask("POST", path, Json.parse(body).orElseThrow());
        assertEquals(200, answer.status(), () -> path + ": " + answer.text());
        return answer.body();
    }

    private static Map<String, JsonNode> read(LauncherProcess launcher, List<String> paths) throws IOException {
        Map<String, JsonNode> shown = new LinkedHashMap<>();
        for (String path : paths) {
            Answer answer = launcher.ask("GET", path, NullNode.getInstance());
            assertEquals(200, answer.status(), () -> path + ": " + answer.text());
            shown.put(path, answer.body());
        }
        return shown;
    }

    private static Map<String, JsonNode> readFrom(String version, LauncherProcess launcher, List<String> paths)
            throws IOException {
        Eventually.await(version + " serves", () -> launcher.servingVersion().equals(Optional.of(version)));
        return read(launcher, paths);
    }

    /**
     * Takes away in what the versions differ by rule: lists of 1.x have no order, its tasks and metadata have the time of
     * the read for {@code ts_epoch}, and the {@code run_number} of a step is text in newer ones.
     */
    private static JsonNode asByTheSecond(JsonNode shown) {
        if (shown.isArray()) {
            List<JsonNode> elements = new ArrayList<>();
            shown.forEach(element -> elements.add(asByTheSecond(element)));
            elements.sort(Comparator.comparing(RowsAcrossUpgradesIT::key));
            return JsonNodeFactory.instance.arrayNode().addAll(elements);
        }
        if (!shown.isObject()) {
            return shown;
        }
        ObjectNode copy = shown.deepCopy();
        if (copy.has("run_number")) {
            copy.put("run_number", copy.path("run_number").asText());
        }
        if (copy.has("task_id") && !copy.has("attempt_id")) {
            copy.remove("ts_epoch");
        }
        return copy;
    }

    private static String key(JsonNode element) {
        return Stream.of("flow_id", "run_number", "step_name", "task_id", "name", "attempt_id", "id")
                .map(member -> element.path(member).asText())
                .collect(Collectors.joining("/"));
    }

    private static List<String> differences(
            Map<String, JsonNode> before, Map<String, JsonNode> now, UnaryOperator<JsonNode> comparable) {
        List<String> differences = new ArrayList<>();
        before.forEach(
                (path, shown) -> compare(path, comparable.apply(shown), comparable.apply(now.get(path)), differences));
        return differences;
    }

    /** Newer services show more members of an object; those that the oldest one shows have to be the same. */
    private static void compare(String where, JsonNode before, JsonNode now, List<String> differences) {
        if (before.isObject() && now.isObject()) {
            before.properties()
                    .forEach(member -> compare(
                            where + " " + member.getKey(), member.getValue(), now.path(member.getKey()), differences));
        } else if (before.isArray() && now.isArray() && before.size() == now.size()) {
            for (int i = 0; i < before.size(); i++) {
                compare(where + " " + i, before.get(i), now.get(i), differences);
            }
        } else if (!before.equals(now)) {
            differences.add(where + ": was " + before + ", is " + now);
        }
    }
}

package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One file of recorded steps.
 *
 * @param file the file that it was read from
 * @param service name of the service that gets the requests: {@code metadata}, {@code migration}, or a variant that needs
 *     the environment
 * @param environment environment variables that the service has to be started with
 * @param emptied whether the tables are emptied and the sequences restarted before the first step
 * @param listen whether notifications are collected from the first step on
 * @param steps the steps in the order in which they are played
 */
public record Transcript(
        Path file, String service, Map<String, String> environment, boolean emptied, boolean listen, List<Step> steps) {

    /** Copies the steps and the environment. */
    public Transcript {
        environment = Map.copyOf(environment);
        steps = List.copyOf(steps);
    }

    /**
     * Reads a transcript.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a line is not a step; the message begins with file and line
     */
    public static Transcript read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        JsonNode header = NullNode.getInstance();
        List<Step> steps = new ArrayList<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (line.isBlank()) {
                continue;
            }
            try {
                JsonNode json = Json.parse(line).orElseThrow(() -> new IllegalArgumentException("not JSON"));
                if (json.has("scenario")) {
                    header = json;
                } else {
                    steps.add(step(number, json));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ":" + number + ": " + e.getMessage(), e);
            }
        }
        return new Transcript(
                file,
                header.path("service").asText("metadata"),
                Fields.textsByName(header.path("env")),
                !header.path("reset").asText("truncate").equals("none"),
                header.path("listen").asBoolean(),
                steps);
    }

    private static Step step(int line, JsonNode json) {
        Optional<JsonNode> notifications = Fields.optional(json, "notify");
        if (json.has("db")) {
            return rebuild(line, json.get("db"), notifications);
        }
        if (json.has("sql")) {
            return sql(line, json, notifications);
        }
        if (json.has("cli")) {
            return command(line, json, notifications);
        }
        if (json.has("request")) {
            return call(line, json, notifications);
        }
        throw new IllegalArgumentException("expected a step: one of request, sql, db, cli");
    }

    private static Step rebuild(int line, JsonNode database, Optional<JsonNode> notifications) {
        Optional<String> schemaVersion = Fields.optional(database, "schema").map(JsonNode::asText);
        boolean goose = database.path("goose").asBoolean();
        String label = "database at schema " + schemaVersion.orElse("none");
        return new Step.Rebuild(line, label, schemaVersion, goose, notifications);
    }

    private static Step sql(int line, JsonNode json, Optional<JsonNode> notifications) {
        String statement = Fields.text(json, "sql");
        String label = json.path("name").asText(statement);
        return new Step.Sql(
                line,
                label,
                statement,
                Fields.optional(json, "rows"),
                json.path("background").asBoolean(),
                Match.of(json.path("match")),
                notifications);
    }

    private static Step command(int line, JsonNode json, Optional<JsonNode> notifications) {
        List<String> arguments = Fields.texts(json.get("cli"));
        return new Step.Command(
                line,
                String.join(" ", arguments),
                arguments,
                Fields.number(json, "exit"),
                Fields.text(json, "stdout"),
                notifications);
    }

    private static Step call(int line, JsonNode json, Optional<JsonNode> notifications) {
        JsonNode sent = json.get("request");
        JsonNode recorded = json.path("response");
        Request request = new Request(
                Fields.text(sent, "method"),
                Fields.text(sent, "path"),
                Fields.optional(sent, "query").map(JsonNode::asText),
                Fields.optional(sent, "body").orElse(NullNode.getInstance()),
                Fields.textsByName(sent.path("headers")));
        Expectation expected = new Expectation(
                Fields.number(recorded, "status"),
                Fields.textsByName(recorded.path("headers")),
                recorded.path("body"),
                Match.of(json.path("match")));
        String label = json.path("name").asText(request.method() + " " + request.target());
        return new Step.Call(line, label, request, expected, notifications);
    }
}

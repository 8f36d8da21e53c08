package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The status for people: a word and a sentence in each line. */
final class StatusTable {

    private final JsonNode status;
    private final List<String> lines = new ArrayList<>();

    private StatusTable(JsonNode status) {
        this.status = status;
    }

    /** The lines of a status; {@code status} is the answer of {@code /db_schema_status}. */
    static String of(JsonNode status) {
        StatusTable table = new StatusTable(status);
        table.schema();
        table.service();
        table.upgrade();
        table.pending();
        table.drift();
        table.lastUpgrade();
        status.path("warnings").forEach(warning -> table.line("warning", warning.asText()));
        return String.join(System.lineSeparator(), table.lines);
    }

    private void line(String word, String sentence) {
        lines.add(String.format("%-9s %s", word, sentence));
    }

    private static Optional<String> text(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    private void schema() {
        String schema = text(status.path("database_schema"))
                .filter(name -> !name.equals("public"))
                .map(name -> " in " + name)
                .orElse("");
        line(
                "schema",
                status.path("current_version").asText() + schema + "; "
                        + SchemaState.of(status).sentence());
    }

    private void service() {
        JsonNode service = status.path("service");
        if (service.isObject()) {
            JsonNode swap = status.path("swap");
            String next = text(swap.path("to"))
                    .filter(to -> !swap.path("state").asText().equals("idle"))
                    .map(to -> "; " + swap.path("state").asText() + " " + to)
                    .orElse("");
            line(
                    "service",
                    text(service.path("version")).orElse("none") + " "
                            + service.path("state").asText() + " on this node" + next);
            text(swap.path("reason")).ifPresent(reason -> line("", reason));
        }
    }

    private void upgrade() {
        JsonNode running = status.path("running_migration");
        if (running.isObject()) {
            String percent = text(running.path("percent"))
                    .map(number -> ", " + number + " %")
                    .orElse("");
            line(
                    "upgrade",
                    text(running.path("version")).orElse("begins or ends") + ": "
                            + running.path("phase").asText() + percent);
        }
    }

    private void pending() {
        List<String> versions = new ArrayList<>();
        status.path("unapplied_migrations").forEach(version -> versions.add(version.asText()));
        line("pending", versions.isEmpty() ? "nothing" : String.join(", ", versions));
    }

    private void drift() {
        List<JsonNode> differences = new ArrayList<>();
        status.path("drift").forEach(differences::add);
        line("drift", differences.isEmpty() ? "none" : differences.size() + " differences");
        for (JsonNode difference : differences) {
            String found = text(difference.path("found"))
                    .map(object -> "found " + object)
                    .orElse("missing");
            line(
                    "",
                    difference.path("kind").asText() + " "
                            + difference.path("name").asText() + " of "
                            + difference.path("table").asText() + ": " + found);
        }
    }

    private void lastUpgrade() {
        JsonNode last = status.path("last_upgrade");
        if (last.isObject()) {
            String seconds = text(last.path("seconds"))
                    .map(number -> " in " + number + " s")
                    .orElse("");
            String detail = text(last.path("detail"))
                    .filter(text -> !text.isBlank())
                    .map(text -> ": " + text)
                    .orElse("");
            line(
                    "last",
                    List.of("from", "to").stream()
                                    .map(end -> last.path(end).asText())
                                    .collect(Collectors.joining(" to "))
                            + " " + last.path("outcome").asText() + seconds + " ("
                            + last.path("started_at").asText() + ")"
                            + detail);
        }
    }
}

package metaservice.launcher.migration;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import metaservice.launcher.migration.PageContent.State;
import metaservice.migrations.LastUpgrade;
import metaservice.migrations.SchemaDifference;
import metaservice.migrations.SchemaState;

/** Renders what the page shows, part by part, as its template names them. Pure functions of the content. */
record PageParts(PageContent content) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final Html LINKS =
            new Html("<a href=\"db_schema_status\">Status as JSON</a><a href=\"nodes\">Nodes as JSON</a>");

    private static final Html UNKNOWN = new Html("<p class=\"note\">Not known while the database does not answer.</p>");

    /** All parts by their names. */
    Map<String, Html> all() {
        Map<String, Html> parts = new LinkedHashMap<>();
        parts.put("title", Html.of("%s · Metaservice", condition().words()));
        parts.put("database", Html.of("%s", content.database()));
        parts.put("badge", condition().badge());
        parts.put("facts", facts());
        parts.put("upgrade", new UpgradePart(content).html());
        parts.put("nodes", nodes());
        parts.put("applied", content.state().map(PageParts::applied).orElse(Html.NONE));
        parts.put("migrations", content.state().map(MigrationRows::html).orElse(Html.NONE));
        parts.put("drift", content.state().map(PageParts::drift).orElse(UNKNOWN));
        parts.put("confirm", content.state().map(UpgradePart::confirmation).orElse(Html.NONE));
        parts.put("image", Html.of("%s", content.self().imageVersion()));
        parts.put("links", LINKS);
        parts.put("now", Html.of("%s", content.now()));
        parts.put("clock", Html.of("%s", TIME.format(content.now())));
        return parts;
    }

    /** The state of everything in two words. */
    record Condition(String kind, String words) {

        Html badge() {
            return Html.of("<span class=\"badge %s\">%s</span>", kind, words);
        }
    }

    private Condition condition() {
        if (content.state().isEmpty()) {
            return new Condition("bad", "Database away");
        }
        State state = content.state().get();
        if (state.schema().migrationInProgress()) {
            return new Condition("busy", "Upgrading");
        }
        if (state.nodes().isSwapping()) {
            return new Condition("busy", "Swapping");
        }
        if (!state.schema().drift().isEmpty()) {
            return new Condition("bad", "Drift");
        }
        return state.pending() == 0 ? new Condition("good", "Up to date") : new Condition("warn", "Upgrade available");
    }

    private Html facts() {
        List<Html> services = content.self().services().stream()
                .map(service -> fact(
                        title(service.kind()) + " service",
                        version(service.version().orElse("none")),
                        Html.of("%s on this node", NodeRows.badge(service))))
                .toList();
        Html schema = content.state().map(PageParts::schemaFact).orElse(Html.NONE);
        Html rest = content.state()
                .map(state -> Html.of("%s%s", nodesFact(state), upgradeFact(state)))
                .orElse(Html.NONE);
        return Html.of("%s%s%s", schema, Html.all(services), rest);
    }

    private static Html schemaFact(State state) {
        return fact("Schema", version(schema(state)), Html.of("%s", schemaNote(state)));
    }

    private static Html nodesFact(State state) {
        return fact("Nodes", Html.of("%s", state.nodes().nodes().size()), Html.of("%s", versionsOfNodes(state)));
    }

    private static Html upgradeFact(State state) {
        return state.schema()
                .lastUpgrade()
                .map(PageParts::lastUpgrade)
                .orElseGet(() -> fact("Last upgrade", Html.of("None"), Html.of("Metaservice has not upgraded it yet")));
    }

    private static Html fact(String name, Html value, Html note) {
        return Html.of(
                "<div class=\"card fact\"><dt>%s</dt><dd class=\"value\">%s</dd><dd>%s</dd></div>", name, value, note);
    }

    private static Html version(Object version) {
        return Html.of("<span class=\"version\">%s</span>", version);
    }

    private static String schema(State state) {
        return state.schema().state() == SchemaState.EMPTY
                ? "empty"
                : state.schema().schemaVersion().toString();
    }

    private static String schemaNote(State state) {
        if (!state.schema().isKnown()) {
            return "newer than this build, which knows " + state.newest();
        }
        String pending = state.pending() == 0 ? "newest" : count(state.pending(), "migration") + " pending";
        return switch (state.schema().state()) {
            case EMPTY -> "no tables; " + pending;
            case NO_LEDGER -> "tables without a ledger; " + pending;
            case GOOSE -> "by the reference’s ledger; " + pending;
            case FLYWAY -> pending;
        };
    }

    private static String versionsOfNodes(State state) {
        Map<String, Long> versions = state.nodes().nodes().stream()
                .flatMap(node -> node.services().stream())
                .collect(Collectors.groupingBy(
                        service -> service.kind() + " " + service.version().orElse("none"),
                        LinkedHashMap::new,
                        Collectors.counting()));
        if (versions.isEmpty()) {
            return "no services";
        }
        return versions.entrySet().stream()
                .map(entry -> versions.size() == 1 ? entry.getKey() : entry.getValue() + " × " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    private static Html lastUpgrade(LastUpgrade last) {
        String took = last.duration()
                .map(duration -> " in " + String.format(Locale.ROOT, "%.1f\u00a0s", duration.toMillis() / 1000.0))
                .orElse("");
        return fact(
                "Last upgrade",
                Html.of("%s", title(last.outcome().name().toLowerCase(Locale.ROOT))),
                Html.of(
                        "<span class=\"version\">%s</span> to <span class=\"version\">%s</span>%s, <time datetime=\"%s\">%s</time>",
                        last.from(), last.to(), took, last.startedAt(), TIME.format(last.startedAt())));
    }

    private Html nodes() {
        if (content.state().isEmpty()) {
            return UNKNOWN;
        }
        return new NodeRows(content.state().get().nodes(), content.now()).html();
    }

    private static Html applied(State state) {
        return Html.of(
                "%s of %s applied",
                state.descriptions().size() - state.pending(),
                state.descriptions().size());
    }

    private static Html drift(State state) {
        if (state.schema().migrationInProgress()) {
            return new Html("<p class=\"note\">Not compared while an upgrade runs.</p>");
        }
        if (!state.schema().isKnown()) {
            return new Html("<p class=\"note\">This build does not know the schema version, so it cannot compare.</p>");
        }
        if (state.schema().drift().isEmpty()) {
            return new Html("<p class=\"note\">None: the tables are what the schema version says.</p>");
        }
        return Html.of(
                "<p class=\"note\">The tables differ from the schema version. An upgrade repairs what can be repaired"
                        + " while clients work.</p><ul class=\"rows\">%s</ul>",
                Html.all(state.schema().drift().stream()
                        .map((SchemaDifference difference) -> Html.of("<li>%s</li>", difference))
                        .toList()));
    }

    /** A number with a noun in its form for the number. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String title(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}

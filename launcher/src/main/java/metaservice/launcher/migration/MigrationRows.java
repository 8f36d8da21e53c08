package metaservice.launcher.migration;

import metaservice.launcher.migration.PageContent.State;
import metaservice.migrations.RunningMigration;
import metaservice.migrations.SchemaVersion;

/** The list of migrations on the page, in the order in which they are applied. */
final class MigrationRows {

    private MigrationRows() {}

    static Html html(State state) {
        return Html.all(state.descriptions().entrySet().stream()
                .map(migration -> row(migration.getKey(), migration.getValue(), state))
                .toList());
    }

    private static Html row(SchemaVersion version, String description, State state) {
        return Html.of(
                "<li class=\"migration\" id=\"migration-%s\"><span class=\"version\">%s</span><span class=\"what\">%s</span>%s</li>",
                version, version, description, badge(version, state));
    }

    private static Html badge(SchemaVersion version, State state) {
        if (state.isRunning(version)) {
            return Html.of(
                    "<span class=\"badge busy\">running%s</span>",
                    state.schema().running().map(MigrationRows::percent).orElse(""));
        }
        return state.isApplied(version)
                ? new Html("<span class=\"badge good\">applied</span>")
                : new Html("<span class=\"badge calm\">pending</span>");
    }

    private static String percent(RunningMigration running) {
        return running.percent().isPresent() ? " " + running.percent().getAsInt() + " %" : "";
    }
}

package metaservice.launcher.migration;

import metaservice.launcher.migration.PageContent.State;
import metaservice.migrations.LastUpgrade.Outcome;
import metaservice.migrations.RunningMigration;

/** The part of the page that offers an upgrade, or shows the one that runs. */
record UpgradePart(PageContent content) {

    private static final Html DISABLED = new Html(
            "<p>Upgrades through this API are switched off" + " (<code>MF_MIGRATION_ENDPOINTS_ENABLED=0</code>).</p>");

    /** What works without the script of the page. */
    private static final Html COMMAND =
            new Html("<noscript><p>To upgrade, run <code>migration_tools upgrade</code>, or send"
                    + " <code>PATCH /upgrade</code> to this port.</p></noscript>");

    private static final Html BUTTON =
            new Html("<button type=\"button\" class=\"main\" id=\"start\" hidden>Upgrade…</button>");

    Html html() {
        if (content.state().isEmpty()) {
            return part("The database does not answer", Html.of("<p>%s</p>", content.problem()), Html.NONE);
        }
        State state = content.state().get();
        if (state.schema().migrationInProgress()) {
            return running(state);
        }
        Html failed = failure(state);
        if (!state.schema().isKnown()) {
            return part(
                    "The schema is newer than this build",
                    Html.of(
                            "<p>A newer image has upgraded the database to %s.</p>",
                            state.schema().schemaVersion()),
                    Html.NONE);
        }
        if (state.pending() == 0 && state.schema().drift().isEmpty()) {
            return part(
                    "The database is up to date",
                    Html.of(
                            "<p>Every migration of this image is applied.%s</p>%s",
                            state.nodes().isSwapping() ? " The nodes are swapping to the service for it." : "", failed),
                    Html.NONE);
        }
        String title = state.pending() == 0 ? "The tables differ from their version" : "Upgrade to " + state.newest();
        return part(
                title,
                Html.of(
                        "%s%s%s%s",
                        summary(state), plan(state), content.upgradeEndpoint() ? COMMAND : DISABLED, failed),
                content.upgradeEndpoint() ? BUTTON : Html.NONE);
    }

    /** What the dialog says before an upgrade. */
    static Html confirmation(State state) {
        return Html.of(
                "<p>%s in <span class=\"version\">%s</span>. Clients can read and write meanwhile. Then every node swaps to"
                        + " the newest service that runs on the schema, without a restart.</p>",
                state.pending() == 0
                        ? "The differences are repaired"
                        : PageParts.count(state.pending(), "migration") + " up to " + state.newest()
                                + " will be applied",
                state.schema().schemaName());
    }

    private static Html summary(State state) {
        if (state.pending() == 0) {
            return new Html("<p>An upgrade repairs what can be repaired while clients work.</p>");
        }
        return Html.of(
                "<p>%s pending. Clients can read and write during the upgrade; then every node swaps to the newest"
                        + " service.</p>",
                state.pending() == 1 ? "One migration is" : state.pending() + " migrations are");
    }

    /** The script of the page puts the plan here, which takes longer than the rest. */
    private static Html plan(State state) {
        return Html.of(
                "<div id=\"plan\" data-from=\"%s\"></div>", state.schema().schemaVersion());
    }

    private static Html failure(State state) {
        return state.schema()
                .lastUpgrade()
                .filter(last -> last.outcome() != Outcome.UPGRADED)
                .map(last -> Html.of(
                        "<p class=\"message bad\">The last upgrade %s%s</p>",
                        last.outcome() == Outcome.FAILED ? "failed: " : "was interrupted; the next one completes it.",
                        last.detail()))
                .orElse(Html.NONE);
    }

    private static Html running(State state) {
        long all = state.descriptions().size();
        long done = all - state.pending();
        int percent = state.schema()
                .running()
                .map(running -> running.percent().orElse(0))
                .orElse(0);
        return Html.of("""
                <div data-running><div class="head"><h2 id="upgrade-title" tabindex="-1">Upgrading to %s</h2>\
                <span class="note" id="elapsed"></span></div><p class="note" id="step">%s</p>\
                <div class="bar"><progress id="bar" aria-label="Migrations" max="%s" value="%s"></progress></div></div>""", state.newest(), step(state, done, all), all * 100, done * 100 + percent);
    }

    private static String step(State state, long done, long all) {
        return state.schema()
                .running()
                .filter(running -> running.version().isPresent())
                .map((RunningMigration running) ->
                        state.descriptions().getOrDefault(running.version().get(), "") + " · " + running.phase())
                .orElse(done + " of " + PageParts.count(all, "migration") + " are applied");
    }

    private static Html part(String title, Html text, Html button) {
        return Html.of(
                "<div class=\"action\"><div><h2 id=\"upgrade-title\" tabindex=\"-1\">%s</h2>%s</div>%s</div>",
                title, text, button);
    }
}

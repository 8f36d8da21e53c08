package metaservice.launcher.migration;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import metaservice.migrations.Node;

/**
 * The table of nodes on the page.
 *
 * @param now the time of the page, from which the age of a row is counted
 */
record NodeRows(Nodes.Found found, Instant now) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    Html html() {
        Html note = found.note()
                .map(text -> Html.of("<p class=\"message warn\">%s</p>", text))
                .orElse(Html.NONE);
        return Html.of("""
                <table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Host</th>\
                <th role="columnheader">Services</th><th role="columnheader">Image</th><th role="columnheader">Started</th>\
                <th role="columnheader">Last seen</th></tr></thead><tbody role="rowgroup">%s</tbody></table>%s""", Html.all(found.nodes().stream().map(this::row).toList()), note);
    }

    private Html row(Node node) {
        return Html.of(
                """
                <tr role="row" id="node-%s"%s><td role="cell"><strong>%s</strong>%s<small class="version">%s</small></td>\
                <td role="cell">%s</td><td role="cell" data-label="Image">%s</td>\
                <td role="cell" data-label="Started"><time datetime="%s">%s</time></td>\
                <td role="cell" data-label="Last seen"><span data-seen>%s</span></td></tr>""",
                node.id(),
                Nodes.Found.isSwapping(node) ? new Html(" data-moving") : Html.NONE,
                node.host(),
                found.isThisNode(node) ? new Html(" <span class=\"this\">this node</span>") : Html.NONE,
                node.id(),
                services(node),
                node.imageVersion(),
                node.started(),
                TIME.format(node.started()),
                age(node));
    }

    private static Html services(Node node) {
        return node.services().isEmpty()
                ? new Html("<span class=\"note\">migration API only</span>")
                : Html.all(node.services().stream().map(NodeRows::service).toList());
    }

    private static Html service(Node.Service service) {
        return Html.of(
                "<div data-kind=\"%s\">%s <span class=\"version\" data-version>%s</span> %s</div>",
                service.kind(), service.kind(), service.version().orElse("none"), badge(service));
    }

    /** The state of a service and its swap. The script of the page does the same with what {@code /nodes} answers. */
    static Html badge(Node.Service service) {
        boolean serves = service.version().isPresent();
        String kind = switch (service.swap()) {
            case "idle" -> serves ? "good" : "calm";
            case "failed" -> "bad";
            case "restart_needed" -> "warn";
            default -> "busy";
        };
        String words = service.swap().equals("idle")
                ? (serves ? "serving" : "no service")
                : service.swap().replace('_', ' ');
        return Html.of("<span class=\"badge %s\">%s</span>", kind, words);
    }

    private String age(Node node) {
        long seconds = Math.max(0, Duration.between(node.lastSeen(), now).toSeconds());
        return seconds < 2 ? "now" : seconds + " s ago";
    }
}

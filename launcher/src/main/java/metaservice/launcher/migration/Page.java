package metaservice.launcher.migration;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import metaservice.launcher.http.CannedAnswer;
import metaservice.migrations.Migrations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /} for browsers: the schema, the services, the migrations and the nodes, and a button that upgrades. The
 * server renders all of it; the script of the page only renews it. Clients that do not ask for HTML get the answer of the
 * reference, 404. Thread-safe.
 *
 * @param database name of the database, without secrets
 * @param upgradeEndpoint whether {@code /upgrade} is offered
 */
record Page(Migrations migrations, Nodes nodes, String database, boolean upgradeEndpoint, Clock clock)
        implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Page.class);

    private static final CannedAnswer NOT_FOUND = CannedAnswer.text(404, "404: Not Found");

    /** Headers beside the policy, which the template has. */
    private static final Map<String, String> HEADERS = Map.of(
            "Cache-Control", "no-store",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Vary", "Accept");

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (!wantsHtml(exchange)) {
            NOT_FOUND.handleRequest(exchange);
            return;
        }
        exchange.dispatch(this::render); // on a worker, because the database may be slow
    }

    /** Browsers name the type; programs accept anything. */
    private static boolean wantsHtml(HttpServerExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
        return accept != null && accept.contains("text/html");
    }

    private void render(HttpServerExchange exchange) {
        PageContent content = content();
        PageTemplate template = PageTemplate.get();
        HEADERS.forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
        exchange.getResponseHeaders().put(new HttpString("Content-Security-Policy"), template.contentSecurityPolicy());
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
        exchange.setStatusCode(content.state().isPresent() ? 200 : 503);
        exchange.getResponseSender().send(template.fill(new PageParts(content).all()), StandardCharsets.UTF_8);
    }

    private PageContent content() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        try {
            PageContent.State state =
                    new PageContent.State(migrations.status(), migrations.descriptions(), nodes.find());
            return new PageContent(database, nodes.self().get(), upgradeEndpoint, now, Optional.of(state), "");
        } catch (SQLException e) {
            String sentence = DatabaseTrouble.sentence(database, e);
            LOG.warn("GET /: {}", sentence);
            return new PageContent(database, nodes.self().get(), upgradeEndpoint, now, Optional.empty(), sentence);
        }
    }
}

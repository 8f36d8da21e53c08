package metaservice.launcher;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.UpgradeOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration service: says which schema the database has, and upgrades it. It has a listener of its own, so that
 * nobody reaches the upgrade through the front door. Thread-safe.
 */
final class MigrationApi implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationApi.class);

    private static final HttpListener.Threads THREADS = new HttpListener.Threads(1, 8);

    /** What {@code /version} says instead of the number: folders of the image that operators' scripts know by name. */
    private static final Map<SchemaVersion, String> NAMES =
            Map.of(SchemaVersion.ZERO, "v_1_0_1", new SchemaVersion(1), "v_1_0_1");

    private static final String NAME_OF_NEWEST = "latest";

    private static final Answer PONG = Answer.text(200, "pong");
    private static final Answer NOT_FOUND = Answer.text(404, "404: Not Found");
    private static final Answer METHOD_NOT_ALLOWED = Answer.text(405, "405: Method Not Allowed");
    private static final Answer STOPPING = Answer.unavailable("detail", "Metaservice is stopping.");

    private final Migrations migrations;
    private final String database;
    private final List<Route> routes;
    private final Admission admission;
    private final HttpListener listener;

    private MigrationApi(InetSocketAddress address, Migrations migrations, String database, boolean upgradeEndpoint)
            throws IOException {
        this.migrations = migrations;
        this.database = database;
        this.routes = routes(upgradeEndpoint);
        this.admission = new Admission(this::route);
        this.listener = HttpListener.open(
                "migration-api", address, THREADS, ClientPatience.Limits.forBodiesUpTo(0), this::receive);
    }

    /**
     * Opens the listener.
     *
     * @param database how to name the database in a sentence, without secrets
     * @param upgradeEndpoint whether to offer {@code /upgrade}
     * @throws IOException if the address cannot be bound
     */
    static MigrationApi open(InetSocketAddress address, Migrations migrations, String database, boolean upgradeEndpoint)
            throws IOException {
        return new MigrationApi(address, migrations, database, upgradeEndpoint);
    }

    int port() {
        return listener.port();
    }

    /** Admits no more requests and waits for those in flight; returns how many were left. */
    long drain(Duration timeout) throws InterruptedException {
        listener.stopAccepting();
        return admission.drain(timeout);
    }

    @Override
    public void close() {
        listener.close();
    }

    /** One line of the table below. */
    private record Route(HttpString method, String path, Action action) {}

    /** Finds an answer; may block and may ask the database. */
    private interface Action {
        Answer answer() throws SQLException;
    }

    private List<Route> routes(boolean upgradeEndpoint) {
        Stream<Route> always = Stream.of(
                new Route(Methods.GET, "/ping", () -> PONG),
                new Route(Methods.GET, "/version", this::version),
                new Route(Methods.GET, "/db_schema_status", this::status));
        Stream<Route> upgrade = Stream.of(new Route(Methods.PATCH, "/upgrade", this::upgrade));
        return (upgradeEndpoint ? Stream.concat(always, upgrade) : always).toList();
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        if (!admission.admit(exchange)) {
            STOPPING.handleRequest(exchange);
        }
    }

    private void route(HttpServerExchange exchange) {
        List<Route> here = routes.stream()
                .filter(route -> route.path().equals(exchange.getRequestPath()))
                .toList();
        if (here.isEmpty()) {
            NOT_FOUND.handleRequest(exchange);
            return;
        }
        here.stream()
                .filter(route -> route.method().equals(exchange.getRequestMethod()))
                .findFirst()
                .ifPresentOrElse(
                        route -> exchange.dispatch(waiting -> answer(route, waiting)),
                        () -> notAllowed(here, exchange));
    }

    private static void notAllowed(List<Route> here, HttpServerExchange exchange) {
        String allowed = here.stream().map(route -> route.method().toString()).collect(Collectors.joining(", "));
        exchange.getResponseHeaders().put(Headers.ALLOW, allowed);
        METHOD_NOT_ALLOWED.handleRequest(exchange);
    }

    private void answer(Route route, HttpServerExchange exchange) {
        try {
            route.action().answer().handleRequest(exchange);
        } catch (SQLException e) {
            if (DatabaseTrouble.isAway(e)) {
                LOG.warn("{} {}: {}", route.method(), route.path(), DatabaseTrouble.sentence(database, e));
                Answer.unavailable("detail", DatabaseTrouble.sentence(database, e))
                        .handleRequest(exchange);
            } else {
                LOG.error("{} {} failed", route.method(), route.path(), e);
                Answer.json(500, Map.of("detail", DatabaseTrouble.sentence(database, e)))
                        .handleRequest(exchange);
            }
        }
    }

    /** The reference's launcher relied on this one to fill an empty database, and so may others. */
    private Answer version() throws SQLException {
        SchemaStatus status = migrations.status();
        if (status.state() == SchemaState.EMPTY) {
            Answer upgraded = upgrade();
            if (upgraded.status() != 200) {
                return upgraded;
            }
            status = migrations.status();
        }
        return version(status);
    }

    private static Answer version(SchemaStatus status) {
        SchemaVersion schema = status.schemaVersion();
        if (status.isUpToDate()) {
            return Answer.text(200, NAME_OF_NEWEST);
        }
        if (NAMES.containsKey(schema)) {
            return Answer.text(200, NAMES.get(schema));
        }
        if (status.isKnown()) {
            return Answer.text(200, schema.toString());
        }
        return Answer.json(
                500,
                Map.of(
                        "detail",
                        "The database has schema version " + schema + ", which this build does not know; it knows "
                                + texts(status.bundled()) + "."));
    }

    private Answer status() throws SQLException {
        SchemaStatus status = migrations.status();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("is_up_to_date", status.isUpToDate());
        members.put("current_version", status.schemaVersion().toString());
        members.put("migration_in_progress", status.migrationInProgress());
        members.put("db_schema_versions", texts(status.bundled()));
        members.put("unapplied_migrations", texts(status.unapplied()));
        return Answer.json(200, members);
    }

    /** A refusal is no failure of ours, and trying again would not help: 409. The reference knows only 200 and 500. */
    private Answer upgrade() {
        UpgradeOutcome outcome = migrations.upgrade();
        if (outcome instanceof UpgradeOutcome.Upgraded upgraded) {
            LOG.info("Upgraded the schema from {} to {}", upgraded.from(), upgraded.to());
            return Answer.text(200, "upgrade success");
        }
        if (outcome instanceof UpgradeOutcome.Refused refused) {
            LOG.warn("Upgrade refused: {} {}", refused.reason(), refused.remedy());
            return Answer.text(409, "upgrade refused: " + refused.reason() + " " + refused.remedy());
        }
        if (outcome instanceof UpgradeOutcome.Failed failed) {
            LOG.error("Upgrade failed at schema {}: {}", failed.at(), failed.reason(), failed.cause());
            return Answer.text(500, "upgrade failed");
        }
        return Answer.text(200, "upgrade success");
    }

    private static List<String> texts(List<SchemaVersion> versions) {
        return versions.stream().map(SchemaVersion::toString).toList();
    }
}

package metaservice.launcher.migration;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.launcher.http.Admission;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.ClientTimeouts;
import metaservice.launcher.http.HttpListener;
import metaservice.launcher.http.RequestGuard;
import metaservice.migrations.LastUpgrade;
import metaservice.migrations.Migrations;
import metaservice.migrations.ReferenceFolders;
import metaservice.migrations.RunningMigration;
import metaservice.migrations.SchemaDifference;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.UpgradeOutcome;
import metaservice.spi.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration service: reports the schema version of the database and upgrades it. It has its own listener, so that
 * the upgrade cannot be called through the public one. Thread-safe.
 */
public final class MigrationApi implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationApi.class);

    private static final HttpListener.Threads THREADS = new HttpListener.Threads(1, 8);

    /**
     * Longest wait of a caller for an upgrade; less than 350 s, after which load balancers close an idle connection.
     */
    private static final Duration UPGRADE_WAIT = Duration.ofMinutes(5);

    private static final CannedAnswer PONG = CannedAnswer.text(200, "pong");
    private static final CannedAnswer NEWEST = CannedAnswer.text(200, ReferenceFolders.NEWEST);
    private static final CannedAnswer NOT_FOUND = CannedAnswer.text(404, "404: Not Found");
    private static final CannedAnswer METHOD_NOT_ALLOWED = CannedAnswer.text(405, "405: Method Not Allowed");
    private static final CannedAnswer UPGRADED = CannedAnswer.text(200, "upgrade success");
    private static final CannedAnswer UPGRADE_FAILED = CannedAnswer.text(500, "upgrade failed");
    private static final CannedAnswer STILL_UPGRADING = CannedAnswer.text(
            202, "upgrade still running: GET /db_schema_status tells how far it is, PATCH /upgrade waits for it again");
    private static final CannedAnswer RUNNING_ELSEWHERE = CannedAnswer.text(
            202,
            "upgrade running on another node: GET /db_schema_status tells how far it is, PATCH /upgrade waits for it"
                    + " again");
    private static final CannedAnswer STOPPING = CannedAnswer.unavailable("detail", "Metaservice is stopping.");

    private final Migrations migrations;
    private final Services services;
    private final Nodes nodes;
    private final String database;
    private final SharedUpgrade upgrade;
    private final boolean upgradeEndpoint;
    private final Duration upgradeWait;
    private final List<Route> routes;
    private final Admission admission;
    private final HttpListener listener;

    private MigrationApi(
            InetSocketAddress address,
            Migrations migrations,
            Services services,
            Nodes nodes,
            String database,
            boolean upgradeEndpoint,
            RequestGuard guard,
            Duration upgradeWait)
            throws IOException {
        this.migrations = migrations;
        this.services = services;
        this.nodes = nodes;
        this.database = database;
        this.upgrade = new SharedUpgrade(this::runUpgrade);
        this.upgradeEndpoint = upgradeEndpoint;
        this.upgradeWait = upgradeWait;
        this.routes = routes();
        this.admission = new Admission(this::route);
        this.listener = HttpListener.open(
                "migration-api", address, THREADS, ClientTimeouts.Limits.forBodiesUpTo(0), guard.before(this::receive));
    }

    /**
     * Opens the listener.
     *
     * @param services the services that run on the database
     * @param nodes the launchers that use the database
     * @param database name of the database for messages, without secrets
     * @param upgradeEndpoint whether to offer {@code /upgrade}
     * @param guard refuses requests before they are handled
     * @throws IOException if the address cannot be bound
     */
    public static MigrationApi open(
            InetSocketAddress address,
            Migrations migrations,
            Services services,
            Nodes nodes,
            String database,
            boolean upgradeEndpoint,
            RequestGuard guard)
            throws IOException {
        return new MigrationApi(address, migrations, services, nodes, database, upgradeEndpoint, guard, UPGRADE_WAIT);
    }

    /**
     * The same with another wait.
     *
     * @param upgradeWait longest wait of a caller of {@code /upgrade}; the answer is 202 after that
     */
    public static MigrationApi open(
            InetSocketAddress address,
            Migrations migrations,
            Services services,
            Nodes nodes,
            String database,
            boolean upgradeEndpoint,
            Duration upgradeWait)
            throws IOException {
        return new MigrationApi(
                address, migrations, services, nodes, database, upgradeEndpoint, RequestGuard.SAME_ORIGIN, upgradeWait);
    }

    /** The services that run on the database: the status reports them, and they are notified of upgrades. */
    public interface Services {
        /** The members {@code service}, {@code swap} and {@code candidates} of the status; changes nothing. */
        Map<String, Object> status(SchemaStatus schema);

        /** Called after each upgrade by this process; returns at once. */
        void schemaMayHaveChanged();

        /** Whether this process can serve requests now; never blocks, always completes normally. */
        default CompletionStage<Health> readiness() {
            return CompletableFuture.completedFuture(Health.UP);
        }
    }

    public int port() {
        return listener.port();
    }

    /** Refuses further requests and waits for those in flight; returns how many were left at the timeout. */
    public long drain(Duration timeout) throws InterruptedException {
        listener.stopAccepting();
        return admission.drain(timeout);
    }

    @Override
    public void close() {
        listener.close();
    }

    /** One entry of the route table. */
    private record Route(HttpString method, String path, HttpHandler handler) {}

    /** Computes an answer, which may be completed later; may block. */
    private interface AsyncAction {
        CompletableFuture<CannedAnswer> answer() throws SQLException;
    }

    /** Computes an answer; may block. */
    private interface Action {
        CannedAnswer answer() throws SQLException;
    }

    private HttpHandler blocking(Action action) {
        return async(() -> CompletableFuture.completedFuture(action.answer()));
    }

    /** Runs the action on a worker thread, because it may block. */
    private HttpHandler async(AsyncAction action) {
        return exchange -> exchange.dispatch(dispatched -> answer(action, dispatched));
    }

    private List<Route> routes() {
        Stream<Route> common = Stream.of(
                // On the I/O thread: a liveness probe must succeed even if the database hangs and blocks all workers.
                new Route(Methods.GET, "/ping", PONG),
                new Route(Methods.GET, "/ready", this::ready),
                new Route(Methods.GET, "/version", async(this::version)),
                new Route(Methods.GET, "/db_schema_status", blocking(this::status)),
                new Route(Methods.GET, "/nodes", blocking(nodes::answer)),
                new Route(Methods.GET, "/", new Page(migrations, nodes, database, upgradeEndpoint, Clock.systemUTC())));
        Stream<Route> upgrade = Stream.of(new Route(Methods.PATCH, "/upgrade", async(this::upgrade)));
        return (upgradeEndpoint ? Stream.concat(common, upgrade) : common).toList();
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        if (!admission.admit(exchange)) {
            STOPPING.handleRequest(exchange);
        }
    }

    private void route(HttpServerExchange exchange) throws Exception {
        List<Route> ofPath = routes.stream()
                .filter(route -> route.path().equals(exchange.getRequestPath()))
                .toList();
        if (ofPath.isEmpty()) {
            NOT_FOUND.handleRequest(exchange);
            return;
        }
        ofPath.stream()
                .filter(route -> route.method().equals(exchange.getRequestMethod()))
                .map(Route::handler)
                .findFirst()
                .orElse(refused -> notAllowed(ofPath, refused))
                .handleRequest(exchange);
    }

    /** Needs no worker, because all of them may wait for the database. */
    private void ready(HttpServerExchange exchange) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            // The result is not used, because the stage completes normally.
            CompletionStage<Void> unused =
                    services.readiness().thenAccept(health -> readiness(health).handleRequest(exchange));
        });
    }

    private static CannedAnswer readiness(Health health) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("ready", health.up());
        if (!health.up()) {
            members.put("message", health.detail());
        }
        return CannedAnswer.json(health.up() ? 200 : 503, members);
    }

    private static void notAllowed(List<Route> ofPath, HttpServerExchange exchange) {
        String allowed = ofPath.stream().map(route -> route.method().toString()).collect(Collectors.joining(", "));
        exchange.getResponseHeaders().put(Headers.ALLOW, allowed);
        METHOD_NOT_ALLOWED.handleRequest(exchange);
    }

    private void answer(AsyncAction action, HttpServerExchange exchange) {
        try {
            CompletableFuture<CannedAnswer> answer = action.answer();
            if (answer.isDone()) {
                answer.join().handleRequest(exchange);
            } else {
                // Answers later without blocking a worker: GET /db_schema_status needs one meanwhile.
                exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
                    // The result is not used, because failures have been turned into answers.
                    CompletableFuture<Void> unused = answer.thenAccept(completed -> completed.handleRequest(exchange));
                });
            }
        } catch (SQLException e) {
            if (DatabaseTrouble.isUnavailable(e)) {
                LOG.warn(
                        "{} {}: {}",
                        exchange.getRequestMethod(),
                        exchange.getRequestPath(),
                        DatabaseTrouble.sentence(database, e));
                CannedAnswer.unavailable("detail", DatabaseTrouble.sentence(database, e))
                        .handleRequest(exchange);
            } else {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestPath(), e);
                CannedAnswer.json(500, Map.of("detail", DatabaseTrouble.sentence(database, e)))
                        .handleRequest(exchange);
            }
        }
    }

    /**
     * Fills an empty database, because the reference's launcher relied on that. Without the upgrade endpoint the answer is
     * the same, and nothing is written.
     */
    private CompletableFuture<CannedAnswer> version() throws SQLException {
        SchemaStatus status = migrations.status();
        if (status.state() != SchemaState.EMPTY) {
            return CompletableFuture.completedFuture(version(status));
        }
        return upgradeEndpoint
                ? upgrade().thenApply(upgraded -> upgraded.status() == 200 ? NEWEST : upgraded)
                : CompletableFuture.completedFuture(NEWEST);
    }

    private static CannedAnswer version(SchemaStatus status) {
        return ReferenceFolders.of(status)
                .map(name -> CannedAnswer.text(200, name))
                .orElseGet(() -> CannedAnswer.json(
                        500,
                        Map.of(
                                "detail",
                                "The database has schema version " + status.schemaVersion()
                                        + ", which this build does not know; it knows " + texts(status.bundled())
                                        + ".")));
    }

    private CannedAnswer status() throws SQLException {
        SchemaStatus status = migrations.status();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("is_up_to_date", status.isUpToDate());
        members.put("current_version", status.schemaVersion().toString());
        members.put("migration_in_progress", status.migrationInProgress());
        members.put("db_schema_versions", texts(status.bundled()));
        members.put("unapplied_migrations", texts(status.unapplied()));
        members.putAll(services.status(status));
        members.put("running_migration", status.running().map(MigrationApi::members));
        members.put("last_upgrade", status.lastUpgrade().map(MigrationApi::members));
        members.put("drift", status.drift().stream().map(MigrationApi::members).toList());
        members.put("database_schema", status.schemaName());
        members.put("warnings", status.warnings());
        return CannedAnswer.json(200, members);
    }

    private static Map<String, Object> members(RunningMigration running) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", running.version());
        members.put("phase", running.phase());
        members.put(
                "percent",
                running.percent().isPresent() ? Optional.of(running.percent().getAsInt()) : Optional.empty());
        return members;
    }

    private static Map<String, Object> members(LastUpgrade last) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("from", last.from());
        members.put("to", last.to());
        members.put("started_at", last.startedAt());
        members.put("seconds", last.duration().map(duration -> duration.toMillis() / 1000.0));
        members.put("outcome", last.outcome().name().toLowerCase(Locale.ROOT));
        members.put("detail", last.detail());
        return members;
    }

    private static Map<String, Object> members(SchemaDifference difference) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("kind", difference.kind().word());
        members.put("table", difference.table());
        members.put("name", difference.name());
        members.put("expected", difference.expected());
        members.put("found", difference.isMissing() ? Optional.empty() : Optional.of(difference.found()));
        return members;
    }

    /** Joins the upgrade that runs, or starts one. */
    private CompletableFuture<CannedAnswer> upgrade() {
        return upgrade.startOrJoin()
                .handle((outcome, failure) -> failure == null ? answer(outcome) : UPGRADE_FAILED)
                .completeOnTimeout(STILL_UPGRADING, upgradeWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A refusal is answered with 409, because a retry would not help. The reference has 200 and 500 only. */
    private static CannedAnswer answer(UpgradeOutcome outcome) {
        if (outcome instanceof UpgradeOutcome.Refused refused) {
            return CannedAnswer.text(409, "upgrade refused: " + refused.reason() + " " + refused.remedy());
        }
        if (outcome instanceof UpgradeOutcome.RunningElsewhere) {
            return RUNNING_ELSEWHERE;
        }
        return outcome instanceof UpgradeOutcome.Failed ? UPGRADE_FAILED : UPGRADED;
    }

    private UpgradeOutcome runUpgrade() {
        try {
            UpgradeOutcome outcome = migrations.upgrade();
            services.schemaMayHaveChanged();
            log(outcome);
            return outcome;
        } catch (RuntimeException | Error e) {
            LOG.error("Upgrade failed", e);
            throw e;
        }
    }

    private static void log(UpgradeOutcome outcome) {
        if (outcome instanceof UpgradeOutcome.Upgraded upgraded) {
            LOG.info("Upgraded the schema from {} to {}", upgraded.from(), upgraded.to());
            upgraded.repaired().forEach(repaired -> LOG.info("Repaired: {}", repaired));
        } else if (outcome instanceof UpgradeOutcome.Refused refused) {
            LOG.warn("Upgrade refused: {} {}", refused.reason(), refused.remedy());
        } else if (outcome instanceof UpgradeOutcome.RunningElsewhere elsewhere) {
            LOG.info(
                    "Another node is still upgrading the database, from schema {}, after {} s",
                    elsewhere.at(),
                    elsewhere.waited().toSeconds());
        } else if (outcome instanceof UpgradeOutcome.Failed failed) {
            LOG.error("Upgrade failed at schema {}: {}", failed.at(), failed.reason(), failed.cause());
        }
    }

    private static List<String> texts(List<SchemaVersion> versions) {
        return versions.stream().map(SchemaVersion::toString).toList();
    }
}

package metaservice.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.http.RequestGuard;
import metaservice.launcher.migration.MigrationApi;
import metaservice.launcher.migration.NodeRegistration;
import metaservice.launcher.migration.Nodes;
import metaservice.launcher.service.Guarded;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceKind;
import metaservice.launcher.swap.SchemaWatch;
import metaservice.launcher.swap.ServiceSupervisor;
import metaservice.launcher.swap.SwapConfig;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import metaservice.settings.ListenAddress;
import metaservice.settings.Setting;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.TokenIssuer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the configured parts in order, and stops them in reverse order: the listeners of all kinds of service, the
 * migration API, the services, the schema watch. Used by one thread; the parts have threads of their own.
 */
final class Launcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    /** Longest time after the stop request for which requests on open connections are still served. */
    private static final Duration KEEP_ALIVE_GRACE = Duration.ofSeconds(2);

    /** Much longer than a migration of small tables, so that most client requests run between two migrations. */
    private static final Duration PAUSE_BEFORE_MIGRATION = Duration.ofMillis(750);

    private final LauncherConfig config;
    private final ServiceCatalog catalog;
    private final DatabaseSource databaseSource;
    private final TokenIssuer tokens;
    private final StopSignal stop;

    private final Map<ServiceKind, FrontDoor> frontDoors = new LinkedHashMap<>();
    private final List<ServedKind> served = new ArrayList<>();
    private final ServicesOfProcess services;
    private volatile Optional<DatabaseAccess> databaseAccess = Optional.empty();
    private Optional<MigrationApi> migrationApi = Optional.empty();
    private Optional<NodeRegistration> registration = Optional.empty();
    private Optional<SchemaWatch> watch = Optional.empty();
    private Optional<IdleHeap> idleHeap = Optional.empty();

    /** Schema of the tables; supervisors read it when they start a service. */
    private volatile String tablesSchema = "";

    Launcher(
            LauncherConfig config,
            ServiceCatalog catalog,
            DatabaseSource databaseSource,
            TokenIssuer tokens,
            StopSignal stop) {
        this.config = config;
        this.catalog = catalog;
        this.databaseSource = databaseSource;
        this.tokens = tokens;
        this.stop = stop;
        this.services = new ServicesOfProcess(
                catalog, served, () -> databaseAccess.orElseThrow().check());
    }

    /**
     * Starts everything, the listeners first. {@link #close} is to be called afterwards, even after a failure.
     *
     * @return empty if a stop was requested meanwhile
     * @throws StartFailedException with one sentence for the operator
     */
    Optional<StartupReport> start() throws StartFailedException, InterruptedException {
        LOG.info("Settings in force: {}", config.describe());
        LOG.info("Bundled services: {}", catalog.versions());
        warnIfHeapIsSmall();
        openFrontDoors();
        DatabaseConfig database = databaseSource.open();
        database.ignoredDsn().ifPresent(LOG::warn);
        database.ignoredSslMode().ifPresent(LOG::warn);
        LOG.info("Database: {}", database);
        databaseAccess = Optional.of(SpiSettings.database(database));
        DatabaseConfig ofMigrations = database.forMigrations();
        database.migrationAccess().ifPresent(own -> LOG.info("Database for migrations: {}", own));
        PauseWhileBusy pauses = config.pauses() ? new PauseWhileBusy(this::isBusy) : PauseWhileBusy.NEVER;
        Migrations migrations = new Migrations(ofMigrations.dataSource(), () -> pauses.pause(PAUSE_BEFORE_MIGRATION));
        frontDoors.forEach((kind, door) -> served.add(serve(kind, door, migrations, pauses)));
        ThisNode thisNode = new ThisNode(services);
        NodeRegistration row = new NodeRegistration(migrations.nodes(), thisNode);
        served.forEach(kind -> kind.supervisor().onStatusChange(row::changed));
        Optional<ListenAddress> migration = config.listener(LauncherConfig.MIGRATION);
        if (migration.isPresent()) {
            Nodes nodes = new Nodes(migrations.nodes(), thisNode, row::problem);
            migrationApi = Optional.of(openMigrationApi(migration.get(), migrations, ofMigrations.describe(), nodes));
        }

        SchemaAtStart schema = new SchemaAtStart(migrations, ofMigrations.describe(), config, stop);
        Optional<SchemaStatus> found = schema.read();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        found.get().warnings().forEach(LOG::warn);
        schema.requireExpectedSchema(found.get());
        tablesSchema = found.get().schemaName();
        boolean notifies = !served.isEmpty() && prepareForPooler(schema, database);
        // A process without services changes a database only after a request.
        boolean filled = found.get().state() == SchemaState.EMPTY && !served.isEmpty();
        StartupReport report = startServices(filled ? schema.fill() : found.get(), filled);
        if (!served.isEmpty()) {
            served.forEach(kind -> kind.supervisor().begin());
        }
        if (notifies) {
            watch = Optional.of(SchemaWatch.start(ofMigrations.dataSource(), services::schemaMayHaveChanged));
        }
        registration = Optional.of(row);
        row.begin();
        idleHeap = Optional.of(IdleHeap.watch());
        return Optional.of(report);
    }

    /**
     * Makes services keep nothing in sessions if a pooler gives each transaction another one.
     *
     * @return whether notifications of the database can be received
     */
    private boolean prepareForPooler(SchemaAtStart schema, DatabaseConfig database) throws StartFailedException {
        boolean pooled = schema.isTransactionPooled(database);
        if (pooled) {
            databaseAccess = Optional.of(SpiSettings.database(database.withTransactionPooling()));
            LOG.info("A pooler gives each transaction another session: services prepare no statements on the server");
        }
        boolean notifies = database.migrationAccess().isPresent()
                ? !schema.isTransactionPooled(database.forMigrations())
                : !pooled;
        if (!notifies) {
            LOG.warn(
                    "Notifications of upgrades cannot be received through a pooler that assigns transactions; the schema is"
                            + " read every {} s. {} names the address of the server itself",
                    config.pollInterval().toSeconds(),
                    Setting.MIGRATION_DB_HOST.name());
        }
        return notifies;
    }

    private void warnIfHeapIsSmall() {
        int longest = SpiSettings.longestBody(config.service());
        if (longest < config.service().maxBodyBytes()) {
            LOG.warn(
                    "The heap of {} MiB is too small for bodies of {} bytes ({}); longer ones than {} bytes get 413",
                    Runtime.getRuntime().maxMemory() >> 20,
                    config.service().maxBodyBytes(),
                    Setting.MAX_BODY.name(),
                    longest);
        }
    }

    /**
     * Waits for requests in flight, up to the drain timeout of the configuration, and closes everything. A failure of
     * a step is logged and the next steps run all the same, because an embedded database must not outlive the process.
     */
    @Override
    public void close() {
        long deadline = System.nanoTime() + config.drainTimeout().toNanos();
        // A service that is started during the shutdown would not be closed.
        for (ServedKind kind : served) {
            Guarded.run("stop swapping " + kind.kind(), kind.supervisor()::stop);
        }
        for (FrontDoor door : frontDoors.values()) {
            Guarded.run("stop accepting connections", door::stopAccepting);
        }
        frontDoors.forEach((kind, door) ->
                Guarded.run("drain " + kind, () -> drain(kind.name(), timeout -> drain(door, timeout), deadline)));
        migrationApi.ifPresent(
                api -> Guarded.run("drain the migration API", () -> drain("migration API", api::drain, deadline)));
        registration.ifPresent(row -> Guarded.run("remove the row of this node", row::close));
        watch.ifPresent(open -> Guarded.run("close the schema watch", open::close));
        for (ServedKind kind : served) {
            Guarded.run("close " + kind.kind(), () -> kind.supervisor().close(remaining(deadline)));
        }
        migrationApi.ifPresent(api -> Guarded.run("close the migration API", api::close));
        for (FrontDoor door : frontDoors.values()) {
            Guarded.run("close a listener", door::close);
        }
        Guarded.run("close the database", databaseSource::close);
        idleHeap.ifPresent(IdleHeap::close);
    }

    /** For tests: the service of a kind that is behind its listener; empty if there is none. */
    Optional<IsolatedService> serving(ServiceKind kind) {
        return services.find(kind).flatMap(one -> one.supervisor().serving());
    }

    /** The services that are behind the listeners now. */
    List<IsolatedService> serving() {
        return served.stream()
                .flatMap(kind -> kind.supervisor().serving().stream())
                .toList();
    }

    private void openFrontDoors() throws StartFailedException {
        for (Map.Entry<String, ListenAddress> listener : config.services().entrySet()) {
            if (!listener.getKey().equals(LauncherConfig.MIGRATION)) {
                ServiceKind kind = new ServiceKind(listener.getKey());
                frontDoors.put(kind, openFrontDoor(kind, listener.getValue()));
                LOG.info(
                        "Listening for {} on port {}",
                        kind,
                        frontDoors.get(kind).port());
            }
        }
    }

    private String bundledKinds() {
        return catalog.kinds().stream().map(ServiceKind::name).collect(Collectors.joining(", ", "migration, ", ""));
    }

    private FrontDoor openFrontDoor(ServiceKind kind, ListenAddress listener) throws StartFailedException {
        if (catalog.ofKind(kind).isEmpty()) {
            throw new StartFailedException(
                    ExitCode.USAGE,
                    Setting.SERVICES.name() + " names " + kind + ", and no service of that kind is bundled; expected "
                            + bundledKinds() + ".");
        }
        try {
            return FrontDoor.open(
                    "front-door-" + kind,
                    address(listener),
                    config.service().maxBodyBytes(),
                    new RequestGuard(config.allowedHosts(), config.service().allowedOrigins()));
        } catch (IOException e) {
            throw notBound(listener, e);
        }
    }

    private MigrationApi openMigrationApi(ListenAddress listener, Migrations migrations, String database, Nodes nodes)
            throws StartFailedException {
        try {
            MigrationApi api = MigrationApi.open(
                    address(listener),
                    migrations,
                    services,
                    nodes,
                    database,
                    config.upgradeEndpoint(),
                    new RequestGuard(config.allowedHosts(), List.of()));
            LOG.info("Listening for the migration API on port {}", api.port());
            return api;
        } catch (IOException e) {
            throw notBound(listener, e);
        }
    }

    private static InetSocketAddress address(ListenAddress listener) throws StartFailedException {
        try {
            return new InetSocketAddress(InetAddress.getByName(listener.host()), listener.port());
        } catch (UnknownHostException e) {
            throw new StartFailedException(
                    listener.hostSetting().name() + " is '" + listener.host()
                            + "', which is no address of any machine.",
                    e);
        }
    }

    private static StartFailedException notBound(ListenAddress listener, IOException cause) {
        return new StartFailedException(
                "Cannot listen on " + listener.host() + " port " + listener.port() + ": " + cause.getMessage()
                        + "; choose another with " + listener.portSetting().name()
                        + " (0: any free one) or another address with "
                        + listener.hostSetting().name() + ".",
                cause);
    }

    private ServedKind serve(ServiceKind kind, FrontDoor door, Migrations migrations, PauseWhileBusy pauses) {
        ServiceCatalog ofKind = catalog.ofKind(kind).orElseThrow();
        return new ServedKind(
                kind,
                ofKind,
                door,
                new ServiceSupervisor(
                        kind,
                        door,
                        ofKind,
                        migrations::status,
                        (service, startPauses) -> IsolatedService.start(
                                service,
                                databaseAccess.orElseThrow(),
                                SpiSettings.service(config.service(), tablesSchema),
                                tokens,
                                startPauses),
                        new SwapConfig(config.drainTimeout(), config.pollInterval(), config.swaps(), pauses)));
    }

    private StartupReport startServices(SchemaStatus schema, boolean filled) throws StartFailedException {
        List<StartupReport.Service> started = new ArrayList<>();
        for (ServedKind kind : served) {
            try {
                started.add(kind.startFirst(schema, host(kind.kind().name())));
            } catch (StartFailedException e) {
                if (!isRequired(kind)) {
                    LOG.warn("The {} service could not be started, trying again: {}", kind.kind(), e.getMessage());
                } else {
                    throw e;
                }
            }
        }
        return new StartupReport(
                schema.schemaVersion() + " (" + StartupReport.schemaReason(schema, filled) + ")",
                started,
                migrationApi.map(api -> StartupReport.url(host(LauncherConfig.MIGRATION), api.port(), "")));
    }

    /** If another kind cannot be started, the metadata service serves all the same, and the kind is tried again. */
    private boolean isRequired(ServedKind kind) {
        return kind.kind().equals(ServiceKind.METADATA) || !frontDoors.containsKey(ServiceKind.METADATA);
    }

    private String host(String service) {
        return config.listener(service).map(ListenAddress::host).orElseThrow();
    }

    private boolean isBusy() {
        return frontDoors.values().stream().anyMatch(FrontDoor::isBusy);
    }

    /** Waits for requests in flight; returns how many were left at the timeout. */
    private interface Drain {
        long drain(Duration timeout) throws InterruptedException;
    }

    private static long drain(FrontDoor door, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        door.awaitQuiet(timeout.compareTo(KEEP_ALIVE_GRACE) < 0 ? timeout : KEEP_ALIVE_GRACE);
        return door.stop().drain(remaining(deadline));
    }

    private static Duration remaining(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private static void drain(String what, Drain drain, long deadline) throws InterruptedException {
        long left = drain.drain(remaining(deadline));
        if (left > 0) {
            LOG.warn("{}: gave up waiting for {} requests in flight", what, left);
        }
    }
}

package metaservice.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import metaservice.launcher.http.FrontDoor;
import metaservice.launcher.migration.DatabaseTrouble;
import metaservice.launcher.migration.MigrationApi;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.swap.SchemaWatch;
import metaservice.launcher.swap.ServiceSupervisor;
import metaservice.launcher.swap.VersionChoice;
import metaservice.migrations.DatabaseConfig;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.UpgradeOutcome;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceStartException;
import metaservice.spi.TokenIssuer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings everything up in order and down again in the reverse one. Used by one thread; listeners, services, the keeper
 * and the watch have their own.
 */
final class Launcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    /** Longest that clients with open connections are still served when the process was told to stop. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** Many times what one takes on small tables: few of the clients' requests meet one. */
    private static final Duration BEFORE_EACH_MIGRATION = Duration.ofMillis(750);

    /** Without swaps: longest wait for the end of an upgrade that runs, before a service is chosen for good. */
    private static final Duration UPGRADE_END = Duration.ofSeconds(15);
    /** Between two looks meanwhile. */
    private static final Duration UPGRADE_LOOK = Duration.ofMillis(200);

    private final LauncherConfig config;
    private final ServiceCatalog catalog;
    private final DatabaseSource databaseSource;
    private final TokenIssuer tokens;
    private final StopSignal stop;

    private FrontDoor frontDoor;
    private ServiceSupervisor keeper;
    private MigrationApi migrationApi;
    private SchemaWatch watch;

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
    }

    /**
     * Starts: listeners first, then what takes its time. Whatever comes of it, {@link #close} is to be called.
     *
     * @return empty if asked to stop meanwhile
     * @throws StartFailedException with one sentence for the operator
     */
    Optional<StartupReport> start() throws StartFailedException, InterruptedException {
        LOG.info("Settings in force: {}", config.describe());
        LOG.info("Bundled services: {}", catalog.versions());
        frontDoor = openFrontDoor();
        LOG.info("Front door is open on port {}", frontDoor.port());
        DatabaseConfig database = databaseSource.open();
        database.ignoredDsn().ifPresent(LOG::warn);
        LOG.info("Database: {}", database);
        PauseWhileBusy courtesy = config.pauses() ? new PauseWhileBusy(frontDoor::isBusy) : PauseWhileBusy.NONE;
        Migrations migrations = new Migrations(database.dataSource(), () -> courtesy.pause(BEFORE_EACH_MIGRATION));
        keeper = new ServiceSupervisor(
                frontDoor,
                catalog,
                migrations::status,
                (service, gently) -> IsolatedService.start(service, access(database), config.service(), tokens, gently),
                new ServiceSupervisor.Pace(config.drainTimeout(), config.pollInterval(), config.swaps(), courtesy));
        migrationApi = openMigrationApi(migrations, database.describe());
        LOG.info("Migration service is open on port {}", migrationApi.port());

        Optional<SchemaStatus> found = reachSettled(migrations, database);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        refusePooledTransactions(migrations, database);
        SchemaStatus status = found.get();
        VersionChoice choice = VersionChoice.decide(status, catalog);
        boolean filled = choice instanceof VersionChoice.NeedsSchema;
        if (filled) {
            status = fill(migrations, database);
            choice = VersionChoice.decide(status, catalog);
        }
        VersionChoice.Chosen chosen = chosen(choice);
        startFirst(chosen.service());
        StartupReport report = report(status, filled, chosen);
        keeper.begin();
        watch = SchemaWatch.start(database.dataSource(), keeper::schemaMayHaveChanged);
        return Optional.of(report);
    }

    /** Drains for as long as the configuration allows, and closes everything. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + config.drainTimeout().toNanos();
        if (keeper != null) {
            keeper.stop(); // or it might put somebody behind the front door while that is closing
        }
        if (frontDoor != null) {
            drain("front door", this::leaveAndDrain, deadline);
        }
        if (migrationApi != null) {
            drain("migration service", migrationApi::drain, deadline);
        }
        if (watch != null) {
            watch.close();
        }
        if (keeper != null) {
            keeper.close(left(deadline));
        }
        if (migrationApi != null) {
            migrationApi.close();
        }
        if (frontDoor != null) {
            frontDoor.close();
        }
        databaseSource.close();
    }

    private FrontDoor openFrontDoor() throws StartFailedException {
        try {
            return FrontDoor.open(
                    address(config.metadataPort()), config.service().maxBodyBytes());
        } catch (IOException e) {
            throw notBound(config.metadataPort(), Setting.METADATA_PORT, e);
        }
    }

    private MigrationApi openMigrationApi(Migrations migrations, String database) throws StartFailedException {
        try {
            return MigrationApi.open(
                    address(config.migrationPort()), migrations, keeper, database, config.upgradeEndpoint());
        } catch (IOException e) {
            throw notBound(config.migrationPort(), Setting.MIGRATION_PORT, e);
        }
    }

    private InetSocketAddress address(int port) throws StartFailedException {
        try {
            return new InetSocketAddress(InetAddress.getByName(config.host()), port);
        } catch (UnknownHostException e) {
            throw new StartFailedException(
                    Setting.HOST.name() + " is '" + config.host() + "', which is no address of any machine.", e);
        }
    }

    private StartFailedException notBound(int port, Setting setting, IOException cause) {
        return new StartFailedException(
                "Cannot listen on " + config.host() + " port " + port + ": " + cause.getMessage()
                        + "; choose another with " + setting.name() + " (0: any free one) or another address with "
                        + Setting.HOST.name() + ".",
                cause);
    }

    /**
     * Without swaps the service is chosen for good. So it is not chosen on a schema between two versions if it can be
     * helped: another node may be filling an empty database, which takes a second or two.
     */
    private Optional<SchemaStatus> reachSettled(Migrations migrations, DatabaseConfig database)
            throws StartFailedException, InterruptedException {
        long begin = System.nanoTime();
        Optional<SchemaStatus> found = reach(migrations, database);
        while (!config.swaps()
                && found.map(SchemaStatus::migrationInProgress).orElse(false)
                && System.nanoTime() - begin < UPGRADE_END.toNanos()) {
            found = stop.await(UPGRADE_LOOK) ? Optional.empty() : reach(migrations, database);
        }
        return found;
    }

    private Optional<SchemaStatus> reach(Migrations migrations, DatabaseConfig database)
            throws StartFailedException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return Optional.of(migrations.status());
            } catch (SQLException e) {
                String sentence = DatabaseTrouble.sentence(database.describe(), e);
                if (attempt >= config.connectionAttempts()) {
                    throw new StartFailedException(sentence + " Gave up after attempt " + attempt + ".", e);
                }
                LOG.warn("{} Attempt {} of {}", sentence, attempt, config.connectionAttempts());
            }
            if (stop.await(config.connectionWait())) {
                return Optional.empty();
            }
        }
    }

    /** Services keep prepared statements and settings in their sessions: some requests would fail, and not at once. */
    private static void refusePooledTransactions(Migrations migrations, DatabaseConfig database)
            throws StartFailedException {
        try {
            if (!migrations.connectionsKeepTheirSession()) {
                throw new StartFailedException(
                        ExitCode.FAILED,
                        "Cannot serve from " + database.describe() + ": " + Migrations.POOLED_TRANSACTIONS + " "
                                + Migrations.REACH_THE_SERVER);
            }
        } catch (SQLException e) {
            throw new StartFailedException(DatabaseTrouble.sentence(database.describe(), e), e);
        }
    }

    private SchemaStatus fill(Migrations migrations, DatabaseConfig database) throws StartFailedException {
        LOG.info("The database is empty; applying all migrations");
        UpgradeOutcome outcome = migrations.upgrade();
        if (outcome instanceof UpgradeOutcome.Failed failed) {
            throw new StartFailedException(
                    "Cannot create the schema in " + database.describe() + ": " + failed.reason(), failed.cause());
        }
        if (outcome instanceof UpgradeOutcome.Refused refused) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    "Cannot create the schema in " + database.describe() + ": " + refused.reason() + " "
                            + refused.remedy());
        }
        if (outcome instanceof UpgradeOutcome.RunningElsewhere elsewhere) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    "Another node was still creating the schema in " + database.describe() + " after "
                            + elsewhere.waited().toSeconds() + " s: start again when it is done.");
        }
        try {
            return migrations.status();
        } catch (SQLException e) {
            throw new StartFailedException(DatabaseTrouble.sentence(database.describe(), e), e);
        }
    }

    private static VersionChoice.Chosen chosen(VersionChoice choice) throws StartFailedException {
        if (choice instanceof VersionChoice.Chosen chosen) {
            return chosen;
        }
        if (choice instanceof VersionChoice.Refused refused) {
            throw new StartFailedException(ExitCode.SHUT_OUT, refused.reason());
        }
        throw new StartFailedException(
                ExitCode.FAILED,
                "The database is still empty after all migrations were applied: is its search path right?");
    }

    private void startFirst(BundledService chosen) throws StartFailedException {
        try {
            keeper.startFirst(chosen);
        } catch (ServiceStartException e) {
            throw new StartFailedException(e.getMessage(), e);
        }
    }

    private static DatabaseAccess access(DatabaseConfig database) {
        return new DatabaseAccess(
                database.jdbcUrl(),
                database.readerUrl(),
                database.jdbcProperties(),
                database.poolMin(),
                database.poolMax(),
                database.timeout());
    }

    private StartupReport report(SchemaStatus status, boolean filled, VersionChoice.Chosen chosen) {
        return new StartupReport(
                status.schemaVersion() + " (" + StartupReport.schemaReason(status, filled) + ")",
                chosen.service().version() + " (" + chosen.reason() + ")",
                StartupReport.url(config.host(), frontDoor.port(), keeper.pathPrefix()),
                StartupReport.url(config.host(), migrationApi.port(), ""));
    }

    /** Something that can be drained. */
    private interface Drain {
        long within(Duration timeout) throws InterruptedException;
    }

    private long leaveAndDrain(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        frontDoor.leave(timeout.compareTo(FAREWELL) < 0 ? timeout : FAREWELL);
        return frontDoor.stop().drain(left(deadline));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private static void drain(String what, Drain drain, long deadline) {
        try {
            long left = drain.within(left(deadline));
            if (left > 0) {
                LOG.warn("{}: gave up waiting for {} requests in flight", what, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

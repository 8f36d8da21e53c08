package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import metaservice.migrations.LastUpgrade.Outcome;
import metaservice.migrations.UpgradeOutcome.Failed;
import metaservice.migrations.UpgradeOutcome.Refused;
import metaservice.migrations.UpgradeOutcome.RunningElsewhere;
import metaservice.migrations.UpgradeOutcome.Upgraded;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migrations of this build and one database: how the schema stands, and its upgrade. Thread-safe; any number of
 * threads, processes and nodes may upgrade at once, one of them does it.
 */
public final class Migrations {

    /**
     * The channel on which an upgrade tells, by {@code NOTIFY}, that it changed the schema, or raised the lowest service
     * version before it does; the payload is the schema version then.
     */
    public static final String CHANNEL = "metaservice_schema";

    /** A network that swallows packets would otherwise keep the asker waiting for a quarter of an hour. */
    private static final int STATUS_TIMEOUT_MILLIS = 30_000;

    /** One sentence: why a database cannot be used through a pooler of transactions. */
    public static final String POOLED_TRANSACTIONS =
            "The database is reached through a connection pooler that gives each"
                    + " transaction another session of the server (PgBouncer: pool_mode=transaction), but locks, settings and"
                    + " notifications need one session.";

    /** One sentence: what to do about that. */
    public static final String REACH_THE_SERVER =
            "Let MF_METADATA_DB_HOST and MF_METADATA_DB_PORT, or the DSN, name the"
                    + " PostgreSQL server itself or a pool with pool_mode=session.";

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private final DataSource dataSource;
    private final LockRetryPolicy patience;
    private final Runnable beforeEachMigration;
    private final BundledFiles files;
    private final List<SchemaVersion> bundled;
    private final SchemaReader reader;

    /**
     * Looks at the files of this build, not yet at the database.
     *
     * @param dataSource gives a new connection each time and really closes it afterwards: locks and settings go with the
     *     session, so no pool; as a user who owns the tables, for an upgrade
     */
    public Migrations(DataSource dataSource) {
        this(dataSource, LockRetryPolicy.DEFAULTS);
    }

    /**
     * The same, with something to do before each migration.
     *
     * @param beforeEachMigration is called while no lock on a table is held; it may take up to some seconds
     */
    public Migrations(DataSource dataSource, Runnable beforeEachMigration) {
        this(dataSource, LockRetryPolicy.DEFAULTS, beforeEachMigration);
    }

    /**
     * The same with another limit.
     *
     * @param forOtherUpgrade longest wait for an upgrade that runs elsewhere on the same database
     */
    public Migrations(DataSource dataSource, Duration forOtherUpgrade) {
        this(dataSource, LockRetryPolicy.DEFAULTS.waitingForOthers(forOtherUpgrade));
    }

    Migrations(DataSource dataSource, LockRetryPolicy patience) {
        this(dataSource, patience, () -> {});
    }

    private Migrations(DataSource dataSource, LockRetryPolicy patience, Runnable beforeEachMigration) {
        this(dataSource, patience, beforeEachMigration, BundledFiles.load());
    }

    Migrations(DataSource dataSource, LockRetryPolicy patience, Runnable beforeEachMigration, BundledFiles files) {
        this.dataSource = dataSource;
        this.patience = patience;
        this.beforeEachMigration = beforeEachMigration;
        this.files = files;
        this.bundled =
                files.migrations().stream().map(BundledMigration::version).toList();
        this.reader = new SchemaReader(files.migrations(), SchemaShapes.load());
    }

    /** The schema versions this build can make, ascending; never empty. */
    public List<SchemaVersion> bundled() {
        return bundled;
    }

    /** The newest schema version this build can make. */
    public SchemaVersion newest() {
        return bundled.get(bundled.size() - 1);
    }

    /**
     * How the schema stands; reads only, a few milliseconds, at most half a minute.
     *
     * @throws SQLException if the database cannot be reached or read
     */
    public SchemaStatus status() throws SQLException {
        return inspect().status();
    }

    /**
     * Whether each connection keeps one session of the server, as everything but a pooler of transactions lets it. One
     * query if no pooler is between.
     *
     * @throws SQLException if the database cannot be reached
     */
    public boolean connectionsKeepTheirSession() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, STATUS_TIMEOUT_MILLIS);
            return !SessionCheck.isShared(dataSource, connection);
        }
    }

    private Inspection inspect() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, STATUS_TIMEOUT_MILLIS);
            return reader.inspect(connection);
        }
    }

    /** Upgrades to the newest version; see {@link #upgradeTo}. */
    public UpgradeOutcome upgrade() {
        return upgradeTo(newest());
    }

    /**
     * Applies pending migrations up to a version and blocks until that is done, which may take hours on large tables.
     * While another node upgrades the same database, waits for it, up to ten minutes; then the outcome is {@link
     * RunningElsewhere}. Writers are never kept waiting
     * longer than a fraction of a second. An upgrade that was killed is resumed.
     *
     * <p>A database of the reference implementation is adopted: its schema is held against what its ledger says, what
     * differs is repaired as far as that can be done online, and our ledger continues from there. Both ledgers are kept
     * from then on.
     *
     * @param target one of {@link #bundled()}
     */
    public UpgradeOutcome upgradeTo(SchemaVersion target) {
        SchemaVersion last = SchemaVersion.ZERO;
        try {
            Inspection found = inspect();
            last = found.status().schemaVersion();
            Optional<UpgradeOutcome> settled = UpgradeDecision.settled(found, target);
            return settled.isPresent() ? settled.get() : upgradeUnderLock(target);
        } catch (UpgradeLock.HeldElsewhereException e) {
            return new RunningElsewhere(last, patience.forOtherUpgrade());
        } catch (UpgradeLock.SharedSessionException e) {
            return new Refused(last, POOLED_TRANSACTIONS, REACH_THE_SERVER);
        } catch (SQLException | FlywayException e) {
            return failed(last, target, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(last, target, e);
        }
    }

    private UpgradeOutcome upgradeUnderLock(SchemaVersion target)
            throws SQLException, InterruptedException, UpgradeLock.HeldElsewhereException,
                    UpgradeLock.SharedSessionException {
        try (UpgradeLock lock = UpgradeLock.acquire(dataSource, patience.forOtherUpgrade())) {
            Connection lockConnection = lock.connection();
            Inspection found = reader.inspectUnderLock(lockConnection);
            Optional<UpgradeOutcome> settled = UpgradeDecision.settled(found, target);
            return settled.isPresent() ? settled.get() : apply(lockConnection, found.status(), target);
        }
    }

    private UpgradeOutcome apply(Connection lockConnection, SchemaStatus status, SchemaVersion target)
            throws SQLException, InterruptedException {
        SchemaVersion from = status.schemaVersion();
        LOG.info("Upgrading the schema from {} to {}", from, target);
        Journal.begin(lockConnection, from, target);
        try {
            List<String> repaired = new Upgrade(
                            dataSource, lockConnection, files, reader, patience, beforeEachMigration)
                    .run(status, target);
            Journal.end(lockConnection, Outcome.UPGRADED, repaired);
            tell(lockConnection);
            return new Upgraded(from, target, repaired);
        } catch (Repair.NotPossibleException e) {
            Journal.end(lockConnection, Outcome.FAILED, List.of(e.getMessage()));
            return UpgradeDecision.drifted(status, e.getMessage());
        } catch (FlywayException | SQLException e) {
            return failed(whereItStopped(lockConnection, from, e), target, e);
        }
    }

    /** Migrations before the failed one are applied, so tell that, too. */
    private SchemaVersion whereItStopped(Connection lockConnection, SchemaVersion from, Exception failure) {
        try {
            Journal.end(lockConnection, Outcome.FAILED, List.of(Upgrade.rootMessage(failure)));
            tell(lockConnection);
            return reader.ledgerVersion(lockConnection);
        } catch (SQLException e) {
            failure.addSuppressed(e);
            return from;
        }
    }

    private void tell(Connection lockConnection) throws SQLException {
        Notice.send(lockConnection, reader.ledgerVersion(lockConnection));
    }

    private static Failed failed(SchemaVersion at, SchemaVersion target, Exception cause) {
        String reason = "The upgrade from schema " + at + " to " + target + " failed: " + Upgrade.rootMessage(cause);
        return new Failed(at, reason, cause);
    }
}

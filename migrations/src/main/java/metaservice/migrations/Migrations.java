package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * The migrations of this build applied to one database: reads the state of its schema and upgrades it. Thread-safe.
 * Any number of threads, processes and nodes may start an upgrade at the same time; one of them runs it.
 */
public final class Migrations {

    /**
     * The channel of the notifications ({@code NOTIFY}) that an upgrade sends after it changed the schema, and when
     * it raises the lowest service version before a migration. The payload is the schema version at that moment.
     */
    public static final String CHANNEL = "metaservice_schema";

    /**
     * Milliseconds to wait for an answer of the database; without a limit, lost packets would delay the caller for
     * about 15 minutes.
     */
    private static final int STATUS_TIMEOUT_MILLIS = 30_000;

    /** Error message, one sentence: the database is reached through a pooler in transaction mode. */
    static final String TRANSACTION_POOLING_REASON =
            "The database is reached through a connection pooler that assigns another server session to each transaction"
                    + " (PgBouncer: pool_mode=transaction), but the locks of an upgrade need one session.";

    /** Error message, one sentence: how to correct that. */
    static final String TRANSACTION_POOLING_REMEDY =
            "Set MF_MIGRATION_DB_HOST and MF_MIGRATION_DB_PORT, or MF_MIGRATION_DB_DSN, to the address of the PostgreSQL server"
                    + " itself or of a pool with pool_mode=session; services can stay behind the pooler.";

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private final DataSource dataSource;
    private final LockRetryPolicy retryPolicy;
    private final Runnable beforeEachMigration;
    private final BundledFiles files;
    private final List<SchemaVersion> bundled;
    private final SchemaReader reader;

    /**
     * Reads the migration files of this build; does not connect to the database.
     *
     * @param dataSource opens a new connection for each call and closes it afterwards; not a pool, because locks and
     *     settings belong to the session. For an upgrade its user must own the tables.
     */
    public Migrations(DataSource dataSource) {
        this(dataSource, LockRetryPolicy.DEFAULTS);
    }

    /**
     * The same, with an action before each migration.
     *
     * @param beforeEachMigration runs while no table is locked; may take several seconds
     */
    public Migrations(DataSource dataSource, Runnable beforeEachMigration) {
        this(dataSource, LockRetryPolicy.DEFAULTS, beforeEachMigration);
    }

    /**
     * The same, with another timeout.
     *
     * @param otherUpgradeTimeout longest wait for an upgrade of the same database by another node
     */
    public Migrations(DataSource dataSource, Duration otherUpgradeTimeout) {
        this(dataSource, LockRetryPolicy.DEFAULTS.withOtherUpgradeTimeout(otherUpgradeTimeout));
    }

    Migrations(DataSource dataSource, LockRetryPolicy retryPolicy) {
        this(dataSource, retryPolicy, () -> {});
    }

    private Migrations(DataSource dataSource, LockRetryPolicy retryPolicy, Runnable beforeEachMigration) {
        this(dataSource, retryPolicy, beforeEachMigration, BundledFiles.load());
    }

    Migrations(DataSource dataSource, LockRetryPolicy retryPolicy, Runnable beforeEachMigration, BundledFiles files) {
        this.dataSource = dataSource;
        this.retryPolicy = retryPolicy;
        this.beforeEachMigration = beforeEachMigration;
        this.files = files;
        this.bundled =
                files.migrations().stream().map(BundledMigration::version).toList();
        this.reader = new SchemaReader(files.migrations(), SchemaShapes.load());
    }

    /** The schema versions that this build can migrate to, ascending; never empty. */
    public List<SchemaVersion> bundled() {
        return bundled;
    }

    /** What the migration to each of {@link #bundled()} is about, in a few words; in the same order. */
    public Map<SchemaVersion, String> descriptions() {
        Map<SchemaVersion, String> descriptions = new LinkedHashMap<>();
        files.migrations().forEach(migration -> descriptions.put(migration.version(), migration.description()));
        return descriptions;
    }

    /** The newest schema version that this build can migrate to. */
    public SchemaVersion newest() {
        return bundled.get(bundled.size() - 1);
    }

    /**
     * Reads the state of the schema. Usually takes a few milliseconds, at most 30 seconds. Changes nothing.
     *
     * @throws SQLException if the database cannot be reached or read
     */
    public SchemaStatus status() throws SQLException {
        return inspect().status();
    }

    /**
     * Whether a connection pooler in transaction mode is in front of a database, so that the server session changes between
     * two transactions of one connection. One query if there is no pooler.
     *
     * @param dataSource opens new connections
     * @throws SQLException if the database cannot be reached
     */
    public static boolean isTransactionPooled(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, STATUS_TIMEOUT_MILLIS);
            return TransactionPoolingCheck.isTransactionPooled(dataSource, connection);
        }
    }

    /** The table of the nodes that use the database. */
    public NodeTable nodes() {
        return new NodeTable(dataSource, files.migrations());
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
     * Applies pending migrations up to a version. Blocks until they are applied, which may take hours on large
     * tables. If another node upgrades the same database, waits up to ten minutes for it and then returns
     * {@link RunningElsewhere}. Writers are blocked for a fraction of a second at most. An interrupted upgrade is
     * resumed.
     *
     * <p>A database of the reference implementation is adopted: its schema is compared with its ledger, differences
     * are repaired if that is possible online, and Flyway's ledger starts at its version. Both ledgers are maintained
     * from then on.
     *
     * @param target one of {@link #bundled()}
     */
    public UpgradeOutcome upgradeTo(SchemaVersion target) {
        SchemaVersion last = SchemaVersion.ZERO;
        try {
            Inspection found = inspect();
            last = found.status().schemaVersion();
            Optional<UpgradeOutcome> immediate = UpgradeDecision.immediateOutcome(found, target);
            return immediate.isPresent() ? immediate.get() : upgradeUnderLock(target);
        } catch (UpgradeLock.HeldElsewhereException e) {
            return new RunningElsewhere(last, retryPolicy.otherUpgradeTimeout());
        } catch (UpgradeLock.TransactionPoolingException e) {
            return new Refused(last, TRANSACTION_POOLING_REASON, TRANSACTION_POOLING_REMEDY);
        } catch (SQLException | FlywayException e) {
            return failed(last, target, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(last, target, e);
        }
    }

    private UpgradeOutcome upgradeUnderLock(SchemaVersion target)
            throws SQLException, InterruptedException, UpgradeLock.HeldElsewhereException,
                    UpgradeLock.TransactionPoolingException {
        try (UpgradeLock lock = UpgradeLock.acquire(dataSource, retryPolicy.otherUpgradeTimeout())) {
            Connection lockConnection = lock.connection();
            UpgradeRole role = UpgradeRole.choose(lockConnection, lock.schema());
            role.assume(lockConnection, lock.schema());
            Inspection found = reader.inspectUnderLock(lockConnection);
            Optional<UpgradeOutcome> immediate = UpgradeDecision.immediateOutcome(found, target);
            return immediate.isPresent() ? immediate.get() : applyIfPossible(role, lockConnection, found, target);
        }
    }

    /** Applies the migrations if the role may do all of it and PostgreSQL can. Otherwise nothing has been created. */
    private UpgradeOutcome applyIfPossible(
            UpgradeRole role, Connection lockConnection, Inspection found, SchemaVersion target)
            throws SQLException, InterruptedException {
        SchemaVersion from = found.status().schemaVersion();
        Optional<UpgradeRole.Lack> lack = role.lack(lockConnection, found.location(), reader.tables(), "upgrade");
        if (lack.isPresent()) {
            return new Refused(from, lack.get().reason(), lack.get().remedy());
        }
        PartitionedTables partitioned =
                PartitionedTables.read(lockConnection, found.location().schema(), pending(found.status(), target));
        List<BundledMigration.ConcurrentIndex> indexes = reader.indexesUpTo(target, pending(found.status(), target));
        Optional<UpgradeOutcome> taken =
                TakenNames.refusal(lockConnection, found.location().schema(), indexes, from);
        Optional<UpgradeOutcome> refusal = partitioned.refusal(from).or(() -> taken);
        return refusal.isPresent()
                ? refusal.get()
                : apply(role, lockConnection, found, target, files.without(partitioned.built()));
    }

    private List<BundledMigration> pending(SchemaStatus status, SchemaVersion target) {
        return files.migrations().stream()
                .filter(migration -> status.unapplied().contains(migration.version()))
                .filter(migration -> migration.version().compareTo(target) <= 0)
                .toList();
    }

    private UpgradeOutcome apply(
            UpgradeRole role,
            Connection lockConnection,
            Inspection found,
            SchemaVersion target,
            BundledFiles pendingFiles)
            throws SQLException, InterruptedException {
        SchemaStatus status = found.status();
        Location location = found.location();
        SchemaVersion from = status.schemaVersion();
        LOG.info(
                "Upgrading schema {} from {} to {} as role {}",
                location.schema().quoted(),
                from,
                target,
                role.name());
        UpgradeHistory history = new UpgradeHistory(location.schema());
        history.create(lockConnection, location.ledger());
        NodeTable.create(lockConnection, location.schema());
        Grants.copyToNewTables(lockConnection, location);
        history.begin(lockConnection, from, target);
        try {
            List<String> repaired = new Upgrade(
                            dataSource,
                            lockConnection,
                            location,
                            role,
                            pendingFiles,
                            reader,
                            retryPolicy,
                            beforeEachMigration)
                    .run(status, target);
            history.end(lockConnection, Outcome.UPGRADED, repaired);
            notifyListeners(lockConnection, location);
            return new Upgraded(from, target, repaired);
        } catch (SchemaRepair.NotPossibleException e) {
            history.end(lockConnection, Outcome.FAILED, List.of(e.getMessage()));
            return UpgradeDecision.driftRefusal(status, e.getMessage());
        } catch (FlywayException | SQLException e) {
            return failed(versionAfterFailure(history, lockConnection, location, from, e), target, e);
        }
    }

    /**
     * Reads the schema version after a failure, because the migrations before the failed one are applied; records the
     * failure and notifies listeners.
     */
    private SchemaVersion versionAfterFailure(
            UpgradeHistory history,
            Connection lockConnection,
            Location location,
            SchemaVersion from,
            Exception failure) {
        try {
            history.end(lockConnection, Outcome.FAILED, List.of(Upgrade.rootMessage(failure)));
            notifyListeners(lockConnection, location);
            return reader.ledgerVersion(lockConnection, location);
        } catch (SQLException e) {
            failure.addSuppressed(e);
            return from;
        }
    }

    private void notifyListeners(Connection lockConnection, Location location) throws SQLException {
        SchemaNotification.send(lockConnection, reader.ledgerVersion(lockConnection, location));
    }

    private static Failed failed(SchemaVersion at, SchemaVersion target, Exception cause) {
        String reason = "The upgrade from schema " + at + " to " + target + " failed: " + Upgrade.rootMessage(cause);
        return new Failed(at, reason, cause);
    }
}

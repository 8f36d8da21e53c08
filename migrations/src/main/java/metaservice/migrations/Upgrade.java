package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upgrade of one database, under the {@link UpgradeLock}. Removes what an interrupted upgrade left, then lets
 * Flyway apply the pending migrations; retries while locks cannot be acquired.
 */
final class Upgrade {

    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    /**
     * SQL states lock_not_available (the lock timeout) and deadlock_detected. A retry is safe because every migration
     * is idempotent.
     */
    private static final Set<String> RETRYABLE_SQL_STATES = Set.of("55P03", "40P01");

    private final DataSource dataSource;
    private final Connection lockConnection;
    private final Location location;
    private final UpgradeRole role;
    private final UpgradeHistory history;
    private final GooseLedger goose;
    private final BundledFiles files;
    private final SchemaReader reader;
    private final LockRetryPolicy retryPolicy;
    private final Runnable beforeEachMigration;

    /** Descriptions of the repaired differences, in the order of discovery. */
    private final Set<String> repaired = new LinkedHashSet<>();

    /**
     * Creates an upgrade; {@link #run} starts it.
     *
     * @param lockConnection the session that holds the lock, with the role of the upgrade
     * @param location where the tables and the ledgers are
     * @param beforeEachMigration runs before each migration
     */
    Upgrade(
            DataSource dataSource,
            Connection lockConnection,
            Location location,
            UpgradeRole role,
            BundledFiles files,
            SchemaReader reader,
            LockRetryPolicy retryPolicy,
            Runnable beforeEachMigration) {
        this.dataSource = dataSource;
        this.lockConnection = lockConnection;
        this.location = location;
        this.role = role;
        this.history = new UpgradeHistory(location.schema());
        this.goose = new GooseLedger(location.schema());
        this.files = files;
        this.reader = reader;
        this.retryPolicy = retryPolicy;
        this.beforeEachMigration = beforeEachMigration;
    }

    /**
     * Repairs the schema, adopts goose's ledger, and applies the pending migrations up to the target.
     *
     * @return descriptions of the repaired differences, one clause each
     * @throws FlywayException if a migration fails, or cannot acquire its locks in all attempts
     * @throws SQLException if a statement outside of the migrations fails
     * @throws SchemaRepair.NotPossibleException if the schema differs from its ledger and the data prevent a repair
     */
    List<String> run(SchemaStatus before, SchemaVersion target)
            throws SQLException, InterruptedException, SchemaRepair.NotPossibleException {
        // Recorded first, because removing leftovers turns unfinished indexes into missing ones.
        before.drift().stream()
                .filter(SchemaRepair::isPossible)
                .forEach(difference -> repaired.add(difference.toString()));
        for (int attempt = 1; ; attempt++) {
            try {
                removeLeftovers();
                apply(reader.read(lockConnection), target);
                return List.copyOf(repaired);
            } catch (FlywayException | SQLException e) {
                if (attempt >= retryPolicy.maxAttempts() || !isRetryable(e)) {
                    throw e;
                }
                LOG.info("A migration could not acquire its locks (attempt {}), retrying: {}", attempt, rootMessage(e));
                Thread.sleep(retryPolicy.delayAfter(attempt).toMillis());
            }
        }
    }

    private void apply(SchemaStatus status, SchemaVersion target)
            throws SQLException, SchemaRepair.NotPossibleException {
        history.clearMigration(lockConnection);
        repair(status.state(), status.schemaVersion());
        catchUpGoose(status.schemaVersion());
        flyway(status, target).migrate();
        history.clearMigration(lockConnection);
        List<SchemaDifference> left = repair(SchemaState.FLYWAY, target);
        left.forEach(
                difference -> LOG.warn("The schema differs from its version and cannot be repaired: {}", difference));
        catchUpGoose(target);
        Grants.copyToNewTables(lockConnection, location);
    }

    private void catchUpGoose(SchemaVersion version) throws SQLException {
        if (location.keepsGoose()) {
            goose.catchUp(lockConnection, reader.referenceVersionsUpTo(version));
            Grants.copyToNewTables(lockConnection, location);
        }
    }

    /** Repairs the differences that can be repaired and returns the others. */
    private List<SchemaDifference> repair(SchemaState state, SchemaVersion version)
            throws SQLException, SchemaRepair.NotPossibleException {
        Map<Boolean, List<SchemaDifference>> drift = reader.drift(lockConnection, location, state, version).stream()
                .collect(Collectors.partitioningBy(SchemaRepair::isPossible));
        new SchemaRepair(lockConnection, location.schema()).repairAll(drift.get(true));
        noteNew(drift.get(true));
        return drift.get(false);
    }

    /**
     * Records new repairs. An unfinished index was removed as a leftover and is missing afterwards: it is recorded
     * once.
     */
    private void noteNew(List<SchemaDifference> done) {
        done.stream()
                .filter(difference ->
                        repaired.stream().noneMatch(entry -> entry.startsWith(difference.subject() + " ")))
                .forEach(difference -> repaired.add(difference.toString()));
    }

    /** The first line of the message of the root cause. */
    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no message");
    }

    private void removeLeftovers() throws SQLException {
        Leftovers leftovers = new Leftovers(lockConnection, location);
        for (String index : leftovers.unfinishedIndexes(files.migrations())) {
            LOG.warn("Dropping index {}, which an interrupted upgrade left unfinished; it is rebuilt", index);
            leftovers.dropIndex(index);
        }
        if (leftovers.deleteFailedRows() > 0) {
            LOG.info("Removed the row of a failed migration from the ledger; the migration is applied again");
        }
    }

    /**
     * If the database has tables, Flyway creates its ledger at the first run, with the given version as the baseline.
     */
    private Flyway flyway(SchemaStatus status, SchemaVersion target) {
        SchemaVersion baseline = status.state() == SchemaState.GOOSE ? status.schemaVersion() : SchemaVersion.ZERO;
        FluentConfiguration configuration = Flyway.configure(Upgrade.class.getClassLoader())
                .loggers(FlywayLog.Creator.class.getName())
                .dataSource(dataSource)
                .initSql("SET ROLE " + role.name())
                .defaultSchema(location.schema().name())
                .createSchemas(false)
                .table(location.ledger())
                .resourceProvider(files)
                .javaMigrationClassProvider(List::of)
                .placeholderReplacement(false)
                // Checksums: a migration may lack the indexes that an operator built. The drift is what counts.
                .validateOnMigrate(false)
                .baselineOnMigrate(true)
                .baselineVersion(baseline.toString())
                .target(MigrationVersion.fromVersion(target.toString()))
                .callbacks(new PrepareSession(), new BeforeMigration(), new RecordInGooseLedger());
        // Flyway's default lock holds a transaction open, and concurrent index builds would wait for that transaction
        // without end.
        configuration
                .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(false);
        return configuration.load();
    }

    /** Whether a statement could not acquire its lock in time, so that another attempt may succeed. */
    static boolean isRetryable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && RETRYABLE_SQL_STATES.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /** Prepares each of Flyway's sessions with {@link UpgradeLock#prepareSession}. */
    private final class PrepareSession extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_CONNECT;
        }

        @Override
        public void handle(Event event, Context context) {
            try {
                UpgradeLock.prepareSession(context.getConnection(), location.schema());
            } catch (SQLException e) {
                throw new FlywayException("a session could not be prepared for migrations", e);
            }
        }
    }

    /**
     * Runs the caller's action while no table is locked, then stores the lowest service version before the schema
     * changes.
     */
    private final class BeforeMigration extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            beforeEachMigration.run();
            SchemaVersion next =
                    SchemaVersion.parse(context.getMigrationInfo().getVersion().getVersion());
            LOG.info("Migrating the schema to {}", next);
            try {
                LowestServiceTable lowest = new LowestServiceTable(location.schema());
                if (lowest.raise(lockConnection, migration(next).lowestService())) {
                    // An older node must stop serving before the migration, not after the last one.
                    SchemaNotification.send(lockConnection, reader.ledgerVersion(lockConnection, location));
                }
                history.setMigration(lockConnection, next);
                Grants.copyToNewTables(lockConnection, location);
            } catch (SQLException e) {
                throw new FlywayException(
                        "the lowest service version and the start of a migration could not be stored", e);
            }
        }
    }

    /**
     * Writes goose's row: within the transaction of the migration if it has one, otherwise just before Flyway's row.
     * After an interruption between the two rows the migration is applied again and finds goose's row.
     */
    private final class RecordInGooseLedger extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            SchemaVersion applied =
                    SchemaVersion.parse(context.getMigrationInfo().getVersion().getVersion());
            if (migration(applied).notInReference() || !location.keepsGoose()) {
                return;
            }
            try {
                goose.add(context.getConnection(), applied);
            } catch (SQLException e) {
                throw new FlywayException("goose's ledger could not be written", e);
            }
        }
    }

    private BundledMigration migration(SchemaVersion version) {
        return files.migrations().stream()
                .filter(migration -> migration.version().equals(version))
                .findFirst()
                .orElseThrow();
    }
}

package metaservice.launcher;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import metaservice.launcher.migration.DatabaseTrouble;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.UpgradeOutcome;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import metaservice.settings.Pooling;
import metaservice.settings.Setting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the schema that the services are chosen for when the process starts. Used by one thread.
 *
 * @param database name of the database for messages, without secrets
 */
record SchemaAtStart(Migrations migrations, String database, LauncherConfig config, StopSignal stop) {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaAtStart.class);

    /** With swaps off: longest wait for the end of an upgrade that another node runs. */
    private static final Duration UPGRADE_TIMEOUT = Duration.ofSeconds(15);

    /** Longest wait for each step of the look for a pooler. */
    private static final Duration POOLER_CHECK_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration UPGRADE_POLL = Duration.ofMillis(200);

    /**
     * Reads the schema, with the number of attempts of the configuration. With swaps off, waits up to 15 s for the end
     * of an upgrade that another node runs, because the chosen service is not replaced later: that node may be filling
     * an empty database.
     *
     * @return empty if a stop was requested meanwhile
     * @throws StartFailedException if the database does not answer
     */
    Optional<SchemaStatus> read() throws StartFailedException, InterruptedException {
        long begin = System.nanoTime();
        Optional<SchemaStatus> found = readWithRetries();
        while (!config.swaps()
                && found.map(SchemaStatus::migrationInProgress).orElse(false)
                && System.nanoTime() - begin < UPGRADE_TIMEOUT.toNanos()) {
            found = stop.await(UPGRADE_POLL) ? Optional.empty() : readWithRetries();
        }
        return found;
    }

    /**
     * Applies all migrations to an empty database.
     *
     * @throws StartFailedException if a migration fails or the upgrade is refused
     */
    SchemaStatus fill() throws StartFailedException {
        LOG.info("The database is empty; applying all migrations");
        UpgradeOutcome outcome = migrations.upgrade();
        if (outcome instanceof UpgradeOutcome.Failed failed) {
            throw new StartFailedException(
                    "Cannot create the schema in " + database + ": " + failed.reason(), failed.cause());
        }
        if (outcome instanceof UpgradeOutcome.Refused refused) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    "Cannot create the schema in " + database + ": " + refused.reason() + " " + refused.remedy());
        }
        if (outcome instanceof UpgradeOutcome.RunningElsewhere elsewhere) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    "Another node was still creating the schema in " + database + " after "
                            + elsewhere.waited().toSeconds() + " s: start again when it is done.");
        }
        try {
            return migrations.status();
        } catch (SQLException e) {
            throw new StartFailedException(DatabaseTrouble.sentence(database, e), e);
        }
    }

    /**
     * Refuses a schema other than the one that the operator named. The statements of the services would use it all the same,
     * because they find tables by the search path.
     */
    void requireExpectedSchema(SchemaStatus found) throws StartFailedException {
        Optional<String> expected = config.service().schema().filter(name -> !name.equals(found.schemaName()));
        if (expected.isPresent()) {
            throw new StartFailedException(
                    ExitCode.FAILED,
                    Setting.SCHEMA.name() + " is '" + expected.get()
                            + "', but the search path of the database user leads to"
                            + " schema '" + found.schemaName()
                            + "': unset it, or change the search path (ALTER ROLE ..."
                            + " SET search_path = ...; in a DSN: options=-csearch_path=...).");
        }
    }

    /**
     * Whether a pooler gives each transaction another session, in front of the database or of the replica.
     *
     * @param access how they are reached
     */
    boolean isTransactionPooled(DatabaseConfig access) throws StartFailedException {
        if (access.pooling() != Pooling.DETECT) {
            return access.pooling() == Pooling.TRANSACTION;
        }
        List<DataSource> addresses = access.dataSources(POOLER_CHECK_TIMEOUT);
        try {
            return Migrations.isTransactionPooled(addresses.get(0))
                    || addresses.stream().skip(1).anyMatch(SchemaAtStart::isTransactionPooledReplica);
        } catch (SQLException e) {
            throw new StartFailedException(DatabaseTrouble.sentence(access.describe(), e), e);
        }
    }

    /** False also if the replica does not answer: a service that uses it says so when it starts. */
    private static boolean isTransactionPooledReplica(DataSource replica) {
        try {
            return Migrations.isTransactionPooled(replica);
        } catch (SQLException e) {
            LOG.debug("The replica was not looked at for a pooler", e);
            return false;
        }
    }

    private Optional<SchemaStatus> readWithRetries() throws StartFailedException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return Optional.of(migrations.status());
            } catch (SQLException e) {
                String sentence = DatabaseTrouble.sentence(database, e);
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
}

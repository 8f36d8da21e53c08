package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
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
 * One upgrade of one database, under the {@link UpgradeLock}: tidies up what a killed one left behind, then has Flyway
 * apply what is pending, again and again while locks cannot be had.
 */
final class Upgrade {

    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    /** Lock not available (the lock timeout), deadlock detected: waiting helps, because every migration is idempotent. */
    private static final Set<String> WORTH_ANOTHER_TRY = Set.of("55P03", "40P01");

    private static final String UNFINISHED_INDEXES = """
            SELECT quote_ident(space.nspname) || '.' || quote_ident(class.relname)
            FROM pg_index index
            JOIN pg_class class ON class.oid = index.indexrelid
            JOIN pg_namespace space ON space.oid = class.relnamespace
            WHERE NOT index.indisvalid AND space.nspname = ? AND class.relname = ANY (?)
            """;

    // Not Flyway's repair: that would also rewrite checksums, and mark as deleted what a newer build applied.
    private static final String FORGET_FAILURES =
            "DELETE FROM %s.%s WHERE NOT success".formatted(Names.SCHEMA, Names.LEDGER);

    private final DataSource dataSource;
    private final Connection lockConnection;
    private final BundledFiles files;
    private final SchemaReader reader;
    private final LockRetryPolicy patience;
    private final Runnable beforeEachMigration;

    /** What was not as it should be and has been repaired, in the order in which it was found. */
    private final Set<String> repaired = new LinkedHashSet<>();

    /** Prepares an upgrade; {@code lockConnection} holds the lock, {@code beforeEachMigration} runs before each migration. */
    Upgrade(
            DataSource dataSource,
            Connection lockConnection,
            BundledFiles files,
            SchemaReader reader,
            LockRetryPolicy patience,
            Runnable beforeEachMigration) {
        this.dataSource = dataSource;
        this.lockConnection = lockConnection;
        this.files = files;
        this.reader = reader;
        this.patience = patience;
        this.beforeEachMigration = beforeEachMigration;
    }

    /**
     * Repairs the schema, takes over a ledger of goose's, and applies what is pending up to the target.
     *
     * @return what has been repaired, one clause each
     * @throws FlywayException if a migration fails, or cannot have its locks in all the attempts
     * @throws SQLException if something around the migrations fails
     * @throws Repair.NotPossibleException if the schema is not what its ledger says, and data are in the way of a repair
     */
    List<String> run(SchemaStatus before, SchemaVersion target)
            throws SQLException, InterruptedException, Repair.NotPossibleException {
        // Noted now, because the tidying makes missing indexes of unfinished ones.
        before.drift().stream().filter(Repair::isPossible).forEach(difference -> repaired.add(difference.toString()));
        for (int attempt = 1; ; attempt++) {
            try {
                tidyUp();
                apply(reader.read(lockConnection), target);
                return List.copyOf(repaired);
            } catch (FlywayException | SQLException e) {
                if (attempt >= patience.attempts() || !isWorthAnotherTry(e)) {
                    throw e;
                }
                LOG.info(
                        "A migration could not have its locks (attempt {}), trying again: {}", attempt, rootMessage(e));
                Thread.sleep(patience.pauseAfter(attempt).toMillis());
            }
        }
    }

    private void apply(SchemaStatus status, SchemaVersion target) throws SQLException, Repair.NotPossibleException {
        Journal.betweenMigrations(lockConnection);
        repair(status.state(), status.schemaVersion());
        GooseLedger.catchUp(lockConnection, reader.sharedUpTo(status.schemaVersion()));
        flyway(status, target).migrate();
        Journal.betweenMigrations(lockConnection);
        List<SchemaDifference> left = repair(SchemaState.FLYWAY, target);
        left.forEach(difference ->
                LOG.warn("The schema is not what it should be, and that cannot be repaired: {}", difference));
        GooseLedger.catchUp(lockConnection, reader.sharedUpTo(target));
    }

    /** Repairs what can be and returns what cannot. */
    private List<SchemaDifference> repair(SchemaState state, SchemaVersion version)
            throws SQLException, Repair.NotPossibleException {
        Map<Boolean, List<SchemaDifference>> drift = reader.drift(lockConnection, state, version).stream()
                .collect(Collectors.partitioningBy(Repair::isPossible));
        new Repair(lockConnection).all(drift.get(true));
        noteNew(drift.get(true));
        return drift.get(false);
    }

    /** An index that was unfinished at first is missing after the tidying: one fault, said once. */
    private void noteNew(List<SchemaDifference> done) {
        done.stream()
                .filter(difference -> repaired.stream().noneMatch(said -> said.startsWith(difference.subject() + " ")))
                .forEach(difference -> repaired.add(difference.toString()));
    }

    /** What the database said, in one line. */
    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no message");
    }

    private void tidyUp() throws SQLException {
        try (Statement statement = lockConnection.createStatement()) {
            for (String index : unfinishedIndexes()) {
                LOG.warn("Dropping index {}, which an interrupted upgrade left unfinished; it is built again", index);
                statement.execute("DROP INDEX CONCURRENTLY IF EXISTS " + index);
            }
            if (hasLedger(statement) && statement.executeUpdate(FORGET_FAILURES) > 0) {
                LOG.info("Removed the mark of a failed migration from the ledger; it is applied again");
            }
        }
    }

    private static boolean hasLedger(Statement statement) throws SQLException {
        String question = "SELECT to_regclass('%s.%s') IS NOT NULL".formatted(Names.SCHEMA, Names.LEDGER);
        try (ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Only indexes with names of ours: an unfinished one of another name may be an operator's work of this minute. */
    private List<String> unfinishedIndexes() throws SQLException {
        Object[] ours = files.migrations().stream()
                .flatMap(migration -> migration.concurrentIndexes().stream())
                .toArray();
        List<String> unfinished = new ArrayList<>();
        try (PreparedStatement question = lockConnection.prepareStatement(UNFINISHED_INDEXES)) {
            question.setString(1, Names.SCHEMA);
            question.setArray(2, lockConnection.createArrayOf("text", ours));
            try (ResultSet rows = question.executeQuery()) {
                while (rows.next()) {
                    unfinished.add(rows.getString(1));
                }
            }
        }
        return unfinished;
    }

    /** Flyway's first look at a database that has tables makes its ledger, which begins with what was found. */
    private Flyway flyway(SchemaStatus status, SchemaVersion target) {
        SchemaVersion baseline = status.state() == SchemaState.GOOSE ? status.schemaVersion() : SchemaVersion.ZERO;
        FluentConfiguration configuration = Flyway.configure(Upgrade.class.getClassLoader())
                .loggers(FlywayLog.Creator.class.getName())
                .dataSource(dataSource)
                .defaultSchema(Names.SCHEMA)
                .createSchemas(false)
                .table(Names.LEDGER)
                .resourceProvider(files)
                .javaMigrationClassProvider(List::of)
                .placeholderReplacement(false)
                .baselineOnMigrate(true)
                .baselineVersion(baseline.toString())
                .target(MigrationVersion.fromVersion(target.toString()))
                .callbacks(new JoinWork(), new RaiseFloor(), new KeepGooseLedger());
        // Flyway's other lock is a transaction, and concurrent index builds wait for it forever.
        configuration
                .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(false);
        return configuration.load();
    }

    private static boolean isWorthAnotherTry(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && WORTH_ANOTHER_TRY.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /** Makes each of Flyway's sessions one that is known to be at work. */
    private static final class JoinWork extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_CONNECT;
        }

        @Override
        public void handle(Event event, Context context) {
            try {
                UpgradeLock.joinWork(context.getConnection());
            } catch (SQLException e) {
                throw new FlywayException("a session could not be prepared for migrations", e);
            }
        }
    }

    /** Runs what the caller wants before each migration, while nothing is locked, and raises the floor before the schema changes. */
    private final class RaiseFloor extends BaseCallback {

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
                if (Floor.raise(lockConnection, migration(next).lowestService())) {
                    // An older node that runs now must not learn of it only when the migrations are done.
                    Notice.send(lockConnection, reader.ledgerVersion(lockConnection));
                }
                Journal.migrating(lockConnection, next);
            } catch (SQLException e) {
                throw new FlywayException(
                        "the lowest service version and the begin of a migration could not be stored", e);
            }
        }
    }

    /**
     * Writes goose's row beside ours: in the transaction of a migration that has one, and just before ours otherwise. What
     * is cut off between the two is applied again, and finds goose's row there.
     */
    private final class KeepGooseLedger extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            SchemaVersion applied =
                    SchemaVersion.parse(context.getMigrationInfo().getVersion().getVersion());
            if (migration(applied).onlyOurs()) {
                return;
            }
            try {
                GooseLedger.add(context.getConnection(), applied);
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

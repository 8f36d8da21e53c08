package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
            "DELETE FROM %s.%s WHERE NOT success".formatted(SchemaReader.SCHEMA, SchemaReader.LEDGER);

    private final DataSource dataSource;
    private final Connection keeper;
    private final BundledFiles files;
    private final Patience patience;

    /** Prepares an upgrade; the keeper is the connection that holds the lock. */
    Upgrade(DataSource dataSource, Connection keeper, BundledFiles files, Patience patience) {
        this.dataSource = dataSource;
        this.keeper = keeper;
        this.files = files;
        this.patience = patience;
    }

    /**
     * Applies what is pending up to the target.
     *
     * @throws FlywayException if a migration fails, or cannot have its locks in all the attempts
     * @throws SQLException if the tidying fails
     */
    void run(SchemaVersion target) throws SQLException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                tidyUp();
                flyway(target).migrate();
                return;
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

    /** What the database said, in one line. */
    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no message");
    }

    private void tidyUp() throws SQLException {
        try (Statement statement = keeper.createStatement()) {
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
        String question = "SELECT to_regclass('%s.%s') IS NOT NULL".formatted(SchemaReader.SCHEMA, SchemaReader.LEDGER);
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
        try (PreparedStatement question = keeper.prepareStatement(UNFINISHED_INDEXES)) {
            question.setString(1, SchemaReader.SCHEMA);
            question.setArray(2, keeper.createArrayOf("text", ours));
            try (ResultSet rows = question.executeQuery()) {
                while (rows.next()) {
                    unfinished.add(rows.getString(1));
                }
            }
        }
        return unfinished;
    }

    private Flyway flyway(SchemaVersion target) {
        FluentConfiguration configuration = Flyway.configure(Upgrade.class.getClassLoader())
                .loggers(FlywayLog.Creator.class.getName())
                .dataSource(dataSource)
                .defaultSchema(SchemaReader.SCHEMA)
                .createSchemas(false)
                .table(SchemaReader.LEDGER)
                .resourceProvider(files)
                .javaMigrationClassProvider(List::of)
                .placeholderReplacement(false)
                // Other tables may be there, goose's with its row 0 among them; that ours are not was seen before.
                .baselineOnMigrate(true)
                .baselineVersion(SchemaVersion.ZERO.toString())
                .target(MigrationVersion.fromVersion(target.toString()))
                .callbacks(new JoinWork(), new RaiseFloor());
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
            try (Statement statement = context.getConnection().createStatement()) {
                statement.execute(UpgradeLock.JOIN_WORK);
            } catch (SQLException e) {
                throw new FlywayException("a session could not be prepared for migrations", e);
            }
        }
    }

    /** Raises the floor before the schema changes. */
    private final class RaiseFloor extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            SchemaVersion next =
                    SchemaVersion.parse(context.getMigrationInfo().getVersion().getVersion());
            LOG.info("Migrating the schema to {}", next);
            try {
                Floor.raise(keeper, lowestServiceOn(next));
            } catch (SQLException e) {
                throw new FlywayException("the lowest service version could not be stored", e);
            }
        }

        private ServiceVersion lowestServiceOn(SchemaVersion version) {
            return files.migrations().stream()
                    .filter(migration -> migration.version().equals(version))
                    .findFirst()
                    .orElseThrow()
                    .lowestService();
        }
    }
}

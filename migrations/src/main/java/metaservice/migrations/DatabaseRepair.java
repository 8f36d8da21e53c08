package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import metaservice.migrations.RepairOutcome.Refused;
import metaservice.migrations.RepairOutcome.Repaired;

/**
 * Finds and repairs what is not as a database of its schema version should be, without applying a migration: differences of
 * the tables, sequences that are behind, unfinished indexes, and ledgers that are incomplete. No repair blocks writers longer
 * than a migration may. Thread-safe; one upgrade or repair runs at a time on a database.
 */
public final class DatabaseRepair {

    private final DataSource dataSource;
    private final LockRetryPolicy retryPolicy;
    private final BundledFiles files = BundledFiles.load();
    private final SchemaShapes shapes = SchemaShapes.load();
    private final SchemaReader reader = new SchemaReader(files.migrations(), shapes);
    private final SchemaCatalog catalog = SchemaCatalog.load();

    /**
     * Does not connect to the database.
     *
     * @param dataSource opens a new connection for each call; not a pool, because locks and settings belong to the session
     * @param lockTimeout longest wait for an upgrade or a repair by another process
     */
    public DatabaseRepair(DataSource dataSource, Duration lockTimeout) {
        this(dataSource, LockRetryPolicy.DEFAULTS.withOtherUpgradeTimeout(lockTimeout));
    }

    DatabaseRepair(DataSource dataSource, LockRetryPolicy retryPolicy) {
        this.dataSource = dataSource;
        this.retryPolicy = retryPolicy;
    }

    /** A change that a repair makes, and the finding that it belongs to. */
    private record Step(RepairFinding finding, Change change) {}

    /** Executes a repair; can be repeated. */
    private interface Change {
        void run() throws SQLException, SchemaRepair.NotPossibleException;
    }

    /**
     * What is not as expected; in {@link RepairOutcome.Repaired#left} all of it, in the order in which it would be repaired.
     * Changes nothing.
     *
     * @throws SQLException if the database cannot be reached or read
     */
    public RepairOutcome explain() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Inspection found = reader.inspect(connection);
            Optional<RepairOutcome> refusal = refusal(found);
            return refusal.isPresent() ? refusal.get() : new Repaired(List.of(), findings(steps(connection, found)));
        }
    }

    /**
     * Repairs what is repairable, as the owner of the tables. What data or an operator's decision prevent is left.
     *
     * @throws SQLException if the database cannot be reached, or a statement fails, also because its lock could not be acquired
     *     in about five minutes; repairs before it are done
     * @throws InterruptedException if interrupted while waiting
     */
    public RepairOutcome repair() throws SQLException, InterruptedException {
        try (UpgradeLock lock = UpgradeLock.acquire(dataSource, retryPolicy.otherUpgradeTimeout())) {
            Connection connection = lock.connection();
            UpgradeRole role = UpgradeRole.choose(connection, lock.schema());
            role.assume(connection, lock.schema());
            Inspection found = reader.inspectUnderLock(connection);
            Optional<RepairOutcome> refusal = stateRefusal(found.status());
            return refusal.isPresent() ? refusal.get() : repair(connection, role, found);
        } catch (UpgradeLock.HeldElsewhereException e) {
            return runningElsewhere();
        } catch (UpgradeLock.TransactionPoolingException e) {
            return new Refused(Migrations.TRANSACTION_POOLING_REASON, Migrations.TRANSACTION_POOLING_REMEDY);
        }
    }

    private RepairOutcome repair(Connection connection, UpgradeRole role, Inspection found)
            throws SQLException, InterruptedException {
        List<Step> steps = steps(connection, found);
        if (steps.stream().noneMatch(step -> step.finding().repairable())) {
            return new Repaired(List.of(), findings(steps));
        }
        Optional<UpgradeRole.Lack> lack = role.lack(connection, found.location(), reader.tables(), "repair");
        if (lack.isPresent()) {
            return new Refused(lack.get().reason(), lack.get().remedy());
        }
        List<RepairFinding> repaired = new ArrayList<>();
        List<RepairFinding> left = new ArrayList<>();
        for (Step step : steps) {
            Optional<RepairFinding> failed = step.finding().repairable() ? run(step) : Optional.of(step.finding());
            failed.ifPresentOrElse(left::add, () -> repaired.add(step.finding()));
        }
        if (!repaired.isEmpty()) {
            SchemaNotification.send(connection, reader.ledgerVersion(connection, found.location()));
        }
        return new Repaired(repaired, left);
    }

    /** Runs a repair; returns what is left if data prevent it. */
    private Optional<RepairFinding> run(Step step) throws SQLException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                step.change().run();
                return Optional.empty();
            } catch (SchemaRepair.NotPossibleException e) {
                return Optional.of(
                        new RepairFinding(e.getMessage(), false, ManualRepair.offendingRows(e.difference())));
            } catch (SQLException e) {
                if (attempt >= retryPolicy.maxAttempts() || !Upgrade.isRetryable(e)) {
                    throw e;
                }
                Thread.sleep(retryPolicy.delayAfter(attempt).toMillis());
            }
        }
    }

    private Optional<RepairOutcome> refusal(Inspection found) {
        return found.status().migrationInProgress() ? Optional.of(runningElsewhere()) : stateRefusal(found.status());
    }

    private static RepairOutcome runningElsewhere() {
        return new Refused(
                "An upgrade of this database is running, so its schema is between two versions.",
                "Repeat the command when it has ended (migration_tools wait --for up-to-date).");
    }

    private static Optional<RepairOutcome> stateRefusal(SchemaStatus status) {
        if (status.state() == SchemaState.EMPTY) {
            return Optional.of(new Refused(
                    "There is no table flows_v3 in schema " + status.schemaName() + ".",
                    "Name the database of the service, or start a launcher, which creates the tables."));
        }
        return status.isKnown()
                ? Optional.empty()
                : Optional.of(new Refused(
                        "Schema " + status.schemaVersion()
                                + " was made by another build, so this one does not know how its"
                                + " tables should be.",
                        "Repair with the build that made it, or with a newer one."));
    }

    private static List<RepairFinding> findings(List<Step> steps) {
        return steps.stream().map(Step::finding).toList();
    }

    private List<Step> steps(Connection connection, Inspection found) throws SQLException {
        List<Step> steps = new ArrayList<>(unfinishedIndexes(connection, found));
        steps.addAll(differences(connection, found));
        failedRows(connection, found).ifPresent(steps::add);
        gooseLedger(connection, found).ifPresent(steps::add);
        interruptedUpgrades(connection, found).ifPresent(steps::add);
        lowestService(connection, found).ifPresent(steps::add);
        return steps;
    }

    /** Indexes of pending migrations; those that the schema version has are among its differences. */
    private List<Step> unfinishedIndexes(Connection connection, Inspection found) throws SQLException {
        List<String> reported =
                found.status().drift().stream().map(SchemaDifference::name).toList();
        Leftovers leftovers = new Leftovers(connection, found.location());
        return leftovers.unfinishedIndexes(files.migrations()).stream()
                .filter(index -> !reported.contains(index))
                .map(index -> new Step(
                        new RepairFinding(
                                "index " + index + " is unfinished (INVALID); the next upgrade builds it again",
                                true,
                                List.of("DROP INDEX CONCURRENTLY IF EXISTS " + index)),
                        () -> leftovers.dropIndex(index)))
                .toList();
    }

    private List<Step> differences(Connection connection, Inspection found) throws SQLException {
        SchemaRepair repair = new SchemaRepair(connection, found.location().schema());
        ManualRepair manual = new ManualRepair(shapes.at(shapeVersion(found.status())));
        List<Step> steps = new ArrayList<>();
        for (SchemaDifference difference : SchemaRepair.inOrder(found.status().drift())) {
            boolean possible = SchemaRepair.isPossible(difference);
            List<String> sql = possible ? repair.statements(difference) : manual.statements(difference);
            steps.add(new Step(
                    new RepairFinding(difference.toString(), possible, sql),
                    () -> repair.repairAll(List.of(difference))));
        }
        return steps;
    }

    /** Tables without a ledger are those of the first version. */
    private SchemaVersion shapeVersion(SchemaStatus status) {
        return status.schemaVersion().equals(SchemaVersion.ZERO)
                ? catalog.versions().get(0)
                : status.schemaVersion();
    }

    private Optional<Step> failedRows(Connection connection, Inspection found) throws SQLException {
        Leftovers leftovers = new Leftovers(connection, found.location());
        List<String> failed = leftovers.failedRows();
        String ledger = found.location().ledger();
        return failed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Step(
                        new RepairFinding(
                                "table " + ledger + " has rows of failed migrations (" + String.join(", ", failed)
                                        + ")",
                                true,
                                List.of("DELETE FROM " + ledger + " WHERE NOT success")),
                        leftovers::deleteFailedRows));
    }

    /** The reference reads its ledger, so it has to have every version that the reference has and that is applied. */
    private Optional<Step> gooseLedger(Connection connection, Inspection found) throws SQLException {
        Location location = found.location();
        DatabaseTables tables = DatabaseTables.read(connection, location.schema());
        boolean exists = tables.isReadable(GooseLedger.TABLE);
        boolean expected = exists || found.status().state() == SchemaState.FLYWAY;
        if (!location.keepsGoose() || !expected || tables.isUnreadable(GooseLedger.TABLE)) {
            return Optional.empty();
        }
        GooseLedger goose = new GooseLedger(location.schema());
        List<SchemaVersion> wanted = reader.referenceVersionsUpTo(found.status().schemaVersion());
        List<SchemaVersion> applied = List.of();
        if (exists) {
            try (Statement statement = connection.createStatement()) {
                applied = goose.applied(statement);
            }
        }
        List<SchemaVersion> missing = GooseLedger.rowsToAppend(applied, wanted);
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String what = exists
                ? "table goose_db_version, the reference's ledger, lacks rows of applied migrations (" + joined(missing)
                        + ")"
                : "table goose_db_version, the reference's ledger, is missing";
        String rows = missing.stream().map(version -> "(" + version + ", true)").collect(Collectors.joining(", "));
        Stream<String> create =
                exists ? Stream.empty() : Stream.of("-- the table is created as the reference creates it");
        List<String> sql = Stream.concat(
                        create, Stream.of("INSERT INTO goose_db_version (version_id, is_applied) VALUES " + rows))
                .toList();
        return Optional.of(new Step(new RepairFinding(what, true, sql), () -> {
            goose.catchUp(connection, wanted);
            Grants.copyToNewTables(connection, location);
        }));
    }

    private static String joined(List<SchemaVersion> versions) {
        return versions.stream().map(SchemaVersion::toString).collect(Collectors.joining(", "));
    }

    private static Optional<Step> interruptedUpgrades(Connection connection, Inspection found) throws SQLException {
        DatabaseSchema schema = found.location().schema();
        if (!DatabaseTables.read(connection, schema).isReadable(UpgradeHistory.TABLE)) {
            return Optional.empty();
        }
        UpgradeHistory history = new UpgradeHistory(schema);
        try (Statement statement = connection.createStatement()) {
            int rows = history.withoutOutcome(statement);
            return rows == 0
                    ? Optional.empty()
                    : Optional.of(new Step(
                            new RepairFinding(
                                    "table " + UpgradeHistory.TABLE + " has " + rows
                                            + " upgrade(s) without an outcome, and no upgrade runs",
                                    true,
                                    List.of(UpgradeHistory.markInterruptedStatement())),
                            () -> history.markInterrupted(connection)));
        }
    }

    /** Older images read this table; without its row, one that cannot run on the schema would start. */
    private Optional<Step> lowestService(Connection connection, Inspection found) throws SQLException {
        SchemaStatus status = found.status();
        DatabaseSchema schema = found.location().schema();
        boolean unreadable = DatabaseTables.read(connection, schema).isUnreadable(LowestServiceTable.TABLE);
        if (status.state() != SchemaState.FLYWAY || unreadable) {
            return Optional.empty();
        }
        ServiceVersion needed = catalog.floorAt(status.schemaVersion());
        if (status.lowestService()
                .filter(stored -> stored.compareTo(needed) >= 0)
                .isPresent()) {
            return Optional.empty();
        }
        String stored = status.lowestService().map(ServiceVersion::toString).orElse("missing");
        return Optional.of(new Step(
                new RepairFinding(
                        "the lowest service version in table " + LowestServiceTable.TABLE + " is " + stored
                                + ", expected " + needed,
                        true,
                        LowestServiceTable.statements(needed)),
                () -> {
                    new LowestServiceTable(schema).raise(connection, needed);
                    Grants.copyToNewTables(connection, found.location());
                }));
    }
}

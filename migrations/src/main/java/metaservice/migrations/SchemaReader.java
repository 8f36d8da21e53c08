package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Reads the state of a database schema. Changes nothing. Immutable. */
final class SchemaReader {

    // flows_v3 first: an upgrade creates Flyway's ledger before flows_v3, so a reader that finds the table also finds
    // the ledger.
    private static final String EXISTING_TABLES = """
            SELECT to_regclass('%1$s.flows_v3') IS NOT NULL AS flows,
                   to_regclass('%1$s.%2$s') IS NOT NULL AS flyway,
                   to_regclass('%1$s.%3$s') IS NOT NULL AS goose,
                   to_regclass('%1$s.%4$s') IS NOT NULL AS lowest_service,
                   to_regclass('%1$s.%5$s') IS NOT NULL AS history,
                   %6$s AS in_progress
            """.formatted(
                    DatabaseNames.SCHEMA,
                    DatabaseNames.LEDGER,
                    GooseLedger.TABLE,
                    LowestServiceTable.TABLE,
                    UpgradeHistory.TABLE,
                    UpgradeLock.IS_LOCK_HELD);

    private static final String NEWEST_BY_FLYWAY =
            "SELECT max(version::bigint) FROM %s.%s WHERE success AND version ~ '^[0-9]{1,18}$'"
                    .formatted(DatabaseNames.SCHEMA, DatabaseNames.LEDGER);

    private final List<BundledMigration> migrations;
    private final List<SchemaVersion> bundled;
    private final SchemaShapes shapes;

    SchemaReader(List<BundledMigration> migrations, SchemaShapes shapes) {
        this.migrations = List.copyOf(migrations);
        this.bundled = migrations.stream().map(BundledMigration::version).toList();
        this.shapes = shapes;
    }

    /** Reads the status; the connection must be in autocommit mode. */
    SchemaStatus read(Connection connection) throws SQLException {
        return inspect(connection).status();
    }

    /** Reads the status and the input of an upgrade decision; the connection must be in autocommit mode. */
    Inspection inspect(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ExistingTables found = found(statement);
            Versions versions = versions(statement, found);
            SchemaStatus status = new SchemaStatus(
                    found.state(),
                    versions.schema(),
                    bundled,
                    unapplied(versions.schema()),
                    found.inProgress(),
                    found.lowestService() ? LowestServiceTable.read(statement) : Optional.empty(),
                    found.inProgress()
                            ? Optional.of(UpgradeProgress.read(statement, found.history()))
                            : Optional.empty(),
                    found.history() ? UpgradeHistory.last(connection, found.inProgress()) : Optional.empty(),
                    found.inProgress() ? List.of() : driftUnlessChanged(connection, found.state(), versions.schema()));
            return new Inspection(status, versions.flyway(), ledgersAgree(versions));
        }
    }

    /**
     * The same for the holder of the upgrade lock: also reads the drift, because no other upgrade can be the cause of
     * it.
     */
    Inspection inspectUnderLock(Connection connection) throws SQLException {
        Inspection found = inspect(connection);
        SchemaStatus status = found.status();
        List<SchemaDifference> drift = drift(connection, status.state(), status.schemaVersion());
        return new Inspection(status.withDrift(drift), found.ledgerVersion(), found.ledgersAgree());
    }

    /** The version in Flyway's ledger, even if the tables are missing; zero if there is no ledger. */
    SchemaVersion ledgerVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return versions(statement, found(statement)).flyway();
        }
    }

    /** Compares the schema with the one of a version, even while an upgrade runs. */
    List<SchemaDifference> drift(Connection connection, SchemaState state, SchemaVersion version) throws SQLException {
        Optional<SchemaVersion> expected = expectedShape(state, version);
        return expected.isPresent()
                ? SchemaDrift.find(shapes.at(expected.get()), shapes.at(after(expected.get())), shapes.in(connection))
                : List.of();
    }

    /** The versions up to the given one that the reference has too, ascending. */
    List<SchemaVersion> referenceVersionsUpTo(SchemaVersion version) {
        return migrations.stream()
                .filter(migration -> !migration.notInReference())
                .map(BundledMigration::version)
                .filter(shared -> shared.compareTo(version) <= 0)
                .toList();
    }

    /** Reads the drift; empty if an upgrade changed the schema meanwhile. */
    private List<SchemaDifference> driftUnlessChanged(Connection connection, SchemaState state, SchemaVersion version)
            throws SQLException {
        List<SchemaDifference> drift = drift(connection, state, version);
        if (drift.isEmpty()) {
            return drift;
        }
        try (Statement statement = connection.createStatement()) {
            ExistingTables found = found(statement);
            boolean changed =
                    found.inProgress() || !versions(statement, found).schema().equals(version);
            return changed ? List.of() : drift;
        }
    }

    /**
     * Tables without a ledger must be those of the first version. An empty ledger of Flyway is left by an interrupted
     * upgrade, and all migrations are applied again.
     */
    private Optional<SchemaVersion> expectedShape(SchemaState state, SchemaVersion version) {
        boolean noVersion = version.equals(SchemaVersion.ZERO);
        return switch (state) {
            case EMPTY -> Optional.empty();
            case NO_LEDGER -> Optional.of(bundled.get(0));
            case GOOSE -> Optional.of(noVersion ? bundled.get(0) : version).filter(bundled::contains);
            case FLYWAY -> Optional.of(version).filter(bundled::contains);
        };
    }

    /** The next bundled version; the same version if it is the newest. */
    private SchemaVersion after(SchemaVersion version) {
        return bundled.stream()
                .filter(one -> one.compareTo(version) > 0)
                .findFirst()
                .orElse(version);
    }

    private List<SchemaVersion> unapplied(SchemaVersion version) {
        boolean known = version.equals(SchemaVersion.ZERO) || bundled.contains(version);
        return bundled.stream()
                .filter(one -> !known || one.compareTo(version) > 0)
                .toList();
    }

    private boolean ledgersAgree(Versions versions) {
        return GooseLedger.includes(versions.goose(), referenceVersionsUpTo(versions.flyway()));
    }

    private static ExistingTables found(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(EXISTING_TABLES)) {
            row.next();
            return new ExistingTables(
                    row.getBoolean("flows"),
                    row.getBoolean("flyway"),
                    row.getBoolean("goose"),
                    row.getBoolean("lowest_service"),
                    row.getBoolean("history"),
                    row.getBoolean("in_progress"));
        }
    }

    private Versions versions(Statement statement, ExistingTables found) throws SQLException {
        SchemaVersion flyway = found.flyway() ? newestByFlyway(statement) : SchemaVersion.ZERO;
        Optional<SchemaVersion> goose = found.goose() ? Optional.of(GooseLedger.newest(statement)) : Optional.empty();
        SchemaVersion schema = switch (found.state()) {
            case EMPTY, NO_LEDGER -> SchemaVersion.ZERO;
            case GOOSE -> goose.orElseThrow();
            case FLYWAY ->
                goose.filter(version -> isFromNewerReference(version, flyway)).orElse(flyway);
        };
        return new Versions(schema, flyway, goose);
    }

    /** Whether a newer reference upgraded the database later; it writes goose's ledger only. */
    private boolean isFromNewerReference(SchemaVersion goose, SchemaVersion flyway) {
        // Numbers of versions that the reference does not have may be higher than its next numbers, so compare with
        // common versions only.
        SchemaVersion shared =
                referenceVersionsUpTo(flyway).stream().reduce(SchemaVersion.ZERO, (before, last) -> last);
        return !bundled.contains(goose) && goose.compareTo(shared) > 0;
    }

    private static SchemaVersion newestByFlyway(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(NEWEST_BY_FLYWAY)) {
            // The maximum of no rows is null, which reads as 0: the ledger exists but is empty.
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    /**
     * The versions in both ledgers and the effective schema version; {@code flyway} is zero if there is no ledger.
     */
    private record Versions(SchemaVersion schema, SchemaVersion flyway, Optional<SchemaVersion> goose) {}

    private record ExistingTables(
            boolean flows, boolean flyway, boolean goose, boolean lowestService, boolean history, boolean inProgress) {
        SchemaState state() {
            if (!flows) {
                return SchemaState.EMPTY;
            }
            if (flyway) {
                return SchemaState.FLYWAY;
            }
            return goose ? SchemaState.GOOSE : SchemaState.NO_LEDGER;
        }
    }
}

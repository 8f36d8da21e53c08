package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the state of a database schema. Changes nothing. Immutable. */
final class SchemaReader {

    private static final String NEWEST_BY_FLYWAY =
            "SELECT max(version::bigint) FROM %s WHERE success AND version ~ '^[0-9]{1,18}$'";

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
        DatabaseSchema schema = DatabaseSchema.find(connection);
        DatabaseTables tables = DatabaseTables.read(connection, schema);
        Location location = Location.find(connection, schema, tables, migrations);
        try (Statement statement = connection.createStatement()) {
            Versions versions = versions(statement, location, tables);
            SchemaStatus status = new SchemaStatus(
                    versions.state(),
                    versions.schema(),
                    bundled,
                    unapplied(versions.schema()),
                    tables.upgradeRuns(),
                    tables.isReadable(LowestServiceTable.TABLE)
                            ? new LowestServiceTable(schema).read(statement)
                            : Optional.empty(),
                    tables.upgradeRuns() ? Optional.of(running(statement, schema, tables)) : Optional.empty(),
                    tables.isReadable(UpgradeHistory.TABLE)
                            ? new UpgradeHistory(schema).last(connection, tables.upgradeRuns())
                            : Optional.empty(),
                    tables.upgradeRuns() ? List.of() : driftUnlessChanged(connection, location, versions),
                    schema.name(),
                    warnings(location, tables));
            return new Inspection(status, location, versions.flyway(), ledgersAgree(versions));
        }
    }

    private static RunningMigration running(Statement statement, DatabaseSchema schema, DatabaseTables tables)
            throws SQLException {
        Optional<SchemaVersion> version = tables.isReadable(UpgradeHistory.TABLE)
                ? new UpgradeHistory(schema).runningMigration(statement)
                : Optional.empty();
        return new UpgradeProgress(UpgradeLock.Keys.of(schema)).read(statement, version);
    }

    /** One sentence for each table of ours that the role may not read: what is not known, and what to do. */
    private static List<String> warnings(Location location, DatabaseTables tables) {
        return Stream.of(location.ledger(), GooseLedger.TABLE, LowestServiceTable.TABLE, UpgradeHistory.TABLE)
                .filter(tables::isUnreadable)
                .map(name -> unreadable(location.schema().qualified(name), tables.role()))
                .toList();
    }

    private static String unreadable(String table, String role) {
        return "Role " + role + " may not read table " + table + ": run GRANT SELECT ON " + table + " TO " + role + ".";
    }

    /**
     * The same for the holder of the upgrade lock: also reads the drift, because no other upgrade can be the cause of
     * it.
     */
    Inspection inspectUnderLock(Connection connection) throws SQLException {
        Inspection found = inspect(connection);
        SchemaStatus status = found.status();
        List<SchemaDifference> drift = drift(connection, found.location(), status.state(), status.schemaVersion());
        return new Inspection(status.withDrift(drift), found.location(), found.ledgerVersion(), found.ledgersAgree());
    }

    /** The version in Flyway's ledger, even if the tables are missing; zero if there is no ledger. */
    SchemaVersion ledgerVersion(Connection connection, Location location) throws SQLException {
        DatabaseTables tables = DatabaseTables.read(connection, location.schema());
        try (Statement statement = connection.createStatement()) {
            return versions(statement, location, tables).flyway();
        }
    }

    /** Compares the schema with the one of a version, even while an upgrade runs. */
    List<SchemaDifference> drift(Connection connection, Location location, SchemaState state, SchemaVersion version)
            throws SQLException {
        Optional<SchemaVersion> expected = expectedShape(state, version);
        if (expected.isEmpty()) {
            return List.of();
        }
        List<SchemaDifference> drift = new ArrayList<>(SchemaDrift.find(
                shapes.at(expected.get()), shapes.at(after(expected.get())), shapes.in(connection, location.schema())));
        boolean hasTables = drift.stream().noneMatch(difference -> difference.kind() == SchemaObject.Kind.TABLE);
        if (hasTables) {
            drift.addAll(Sequences.behind(connection, location.schema()));
        }
        return List.copyOf(drift);
    }

    /** The indexes that an upgrade may build: those of the pending migrations, and those that a repair may need. */
    List<BundledMigration.ConcurrentIndex> indexesUpTo(SchemaVersion target, List<BundledMigration> pending) {
        Stream<BundledMigration.ConcurrentIndex> ofMigrations =
                pending.stream().flatMap(migration -> migration.concurrentIndexes().stream());
        Stream<BundledMigration.ConcurrentIndex> ofShape = shapes.at(target).stream()
                .filter(object -> object.kind() == SchemaObject.Kind.INDEX || isKey(object))
                .map(object -> new BundledMigration.ConcurrentIndex(object.name(), object.table()));
        return Stream.concat(ofMigrations, ofShape).distinct().toList();
    }

    private static boolean isKey(SchemaObject object) {
        return object.kind() == SchemaObject.Kind.CONSTRAINT
                && !object.definition().startsWith(SchemaRepair.FOREIGN_KEY);
    }

    /** The tables of all versions. */
    List<String> tables() {
        return shapes.tables();
    }

    /** The versions up to the given one that the reference has too, ascending. */
    List<SchemaVersion> referenceVersionsUpTo(SchemaVersion version) {
        return BundledMigration.ofReference(migrations).stream()
                .filter(shared -> shared.compareTo(version) <= 0)
                .toList();
    }

    /** Reads the drift; empty if an upgrade changed the schema meanwhile. */
    private List<SchemaDifference> driftUnlessChanged(Connection connection, Location location, Versions before)
            throws SQLException {
        List<SchemaDifference> drift = drift(connection, location, before.state(), before.schema());
        if (drift.isEmpty()) {
            return drift;
        }
        DatabaseTables tables = DatabaseTables.read(connection, location.schema());
        try (Statement statement = connection.createStatement()) {
            boolean changed = tables.upgradeRuns()
                    || !versions(statement, location, tables).schema().equals(before.schema());
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

    /** Whether goose's ledger has every version that ours has. If another application has it, there is nothing to keep. */
    private boolean ledgersAgree(Versions versions) {
        return !versions.keepsGoose()
                || versions.goose()
                        .map(applied -> applied.containsAll(referenceVersionsUpTo(versions.flyway())))
                        .orElse(false);
    }

    private Versions versions(Statement statement, Location location, DatabaseTables tables) throws SQLException {
        Optional<SchemaVersion> flyway = tables.isReadable(location.ledger())
                ? Optional.of(newestByFlyway(statement, location))
                : Optional.empty();
        Optional<List<SchemaVersion>> goose = location.keepsGoose() && tables.isReadable(GooseLedger.TABLE)
                ? Optional.of(new GooseLedger(location.schema()).applied(statement))
                : Optional.empty();
        if (flyway.isEmpty() && goose.isEmpty()) {
            requireReadable(tables, location.ledger(), location);
            if (location.keepsGoose()) {
                requireReadable(tables, GooseLedger.TABLE, location);
            }
        }
        return versions(tables.exists(DatabaseTables.FLOWS), flyway, goose, location.keepsGoose());
    }

    private Versions versions(
            boolean hasTables,
            Optional<SchemaVersion> flyway,
            Optional<List<SchemaVersion>> goose,
            boolean keepsGoose) {
        SchemaVersion ours = flyway.orElse(SchemaVersion.ZERO);
        Optional<SchemaVersion> byGoose = goose.map(GooseLedger::newest);
        if (!hasTables) {
            return new Versions(SchemaState.EMPTY, SchemaVersion.ZERO, ours, goose, keepsGoose);
        }
        if (flyway.isPresent()) {
            SchemaVersion version =
                    byGoose.filter(newest -> isFromNewerReference(newest, ours)).orElse(ours);
            return new Versions(SchemaState.FLYWAY, version, ours, goose, keepsGoose);
        }
        SchemaState state = goose.isPresent() ? SchemaState.GOOSE : SchemaState.NO_LEDGER;
        return new Versions(state, byGoose.orElse(SchemaVersion.ZERO), ours, goose, keepsGoose);
    }

    /** Without any ledger that can be read, an existing one must not be taken for a missing one. */
    private static void requireReadable(DatabaseTables tables, String name, Location location) throws SQLException {
        if (tables.isUnreadable(name)) {
            throw new SQLException(
                    unreadable(location.schema().qualified(name), tables.role()), DatabaseSchema.NO_PRIVILEGE);
        }
    }

    /** Whether a newer reference upgraded the database later; it writes goose's ledger only. */
    private boolean isFromNewerReference(SchemaVersion goose, SchemaVersion flyway) {
        // Numbers of versions that the reference does not have may be higher than its next numbers, so compare with
        // common versions only.
        SchemaVersion shared =
                referenceVersionsUpTo(flyway).stream().reduce(SchemaVersion.ZERO, (before, last) -> last);
        return !bundled.contains(goose) && goose.compareTo(shared) > 0;
    }

    private static SchemaVersion newestByFlyway(Statement statement, Location location) throws SQLException {
        try (ResultSet row = statement.executeQuery(NEWEST_BY_FLYWAY.formatted(location.qualifiedLedger()))) {
            // The maximum of no rows is null, which reads as 0: the ledger exists but is empty.
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    /**
     * The versions in both ledgers, and the effective schema version.
     *
     * @param flyway zero if there is no ledger
     * @param goose the applied versions in the order of their rows; empty if there is no ledger of the reference
     * @param keepsGoose see {@link Location}
     */
    private record Versions(
            SchemaState state,
            SchemaVersion schema,
            SchemaVersion flyway,
            Optional<List<SchemaVersion>> goose,
            boolean keepsGoose) {}
}

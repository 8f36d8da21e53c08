package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Finds out how a database's schema stands; only reads. Immutable. */
final class SchemaReader {

    // flows_v3 first: our ledger is made before it, so whoever sees it sees the ledger, too.
    private static final String WHAT_IS_THERE = """
            SELECT to_regclass('%1$s.flows_v3') IS NOT NULL AS flows,
                   to_regclass('%1$s.%2$s') IS NOT NULL AS flyway,
                   to_regclass('%1$s.%3$s') IS NOT NULL AS goose,
                   to_regclass('%1$s.%4$s') IS NOT NULL AS floor,
                   to_regclass('%1$s.%5$s') IS NOT NULL AS journal,
                   %6$s AS in_progress
            """.formatted(
                    Names.SCHEMA, Names.LEDGER, GooseLedger.TABLE, Floor.TABLE, Journal.TABLE, UpgradeLock.IS_HELD);

    private static final String NEWEST_BY_FLYWAY =
            "SELECT max(version::bigint) FROM %s.%s WHERE success AND version ~ '^[0-9]{1,18}$'"
                    .formatted(Names.SCHEMA, Names.LEDGER);

    private final List<BundledMigration> migrations;
    private final List<SchemaVersion> bundled;
    private final SchemaShapes shapes;

    SchemaReader(List<BundledMigration> migrations, SchemaShapes shapes) {
        this.migrations = List.copyOf(migrations);
        this.bundled = migrations.stream().map(BundledMigration::version).toList();
        this.shapes = shapes;
    }

    /** Reads the status over one connection, which must be in autocommit mode. */
    SchemaStatus read(Connection connection) throws SQLException {
        return inspect(connection).status();
    }

    /** Reads it all over one connection, which must be in autocommit mode. */
    Inspection inspect(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Found found = found(statement);
            Versions versions = versions(statement, found);
            SchemaStatus status = new SchemaStatus(
                    found.state(),
                    versions.schema(),
                    bundled,
                    unapplied(versions.schema()),
                    found.inProgress(),
                    found.floor() ? Floor.read(statement) : Optional.empty(),
                    found.inProgress() ? Optional.of(Progress.read(statement, found.journal())) : Optional.empty(),
                    found.journal() ? Journal.last(connection, found.inProgress()) : Optional.empty(),
                    found.inProgress() ? List.of() : settledDrift(connection, found.state(), versions.schema()));
            return new Inspection(status, versions.flyway(), agree(versions));
        }
    }

    /** The same for whoever holds the lock: it sees drift, because no other upgrade can be what makes it. */
    Inspection inspectUnderLock(Connection connection) throws SQLException {
        Inspection found = inspect(connection);
        SchemaStatus status = found.status();
        List<SchemaDifference> drift = drift(connection, status.state(), status.schemaVersion());
        return new Inspection(status.withDrift(drift), found.ledgerVersion(), found.ledgersAgree());
    }

    /** What our ledger holds, whether the tables are there or not; zero if there is no ledger. */
    SchemaVersion ledgerVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return versions(statement, found(statement)).flyway();
        }
    }

    /** Where the schema is not what a version says, whether an upgrade runs or not. */
    List<SchemaDifference> drift(Connection connection, SchemaState state, SchemaVersion version) throws SQLException {
        Optional<SchemaVersion> expected = expectedShape(state, version);
        return expected.isPresent()
                ? Drift.between(shapes.at(expected.get()), shapes.at(after(expected.get())), shapes.in(connection))
                : List.of();
    }

    /** The versions that the reference has, too, up to one; ascending. */
    List<SchemaVersion> sharedUpTo(SchemaVersion version) {
        return migrations.stream()
                .filter(migration -> !migration.onlyOurs())
                .map(BundledMigration::version)
                .filter(shared -> shared.compareTo(version) <= 0)
                .toList();
    }

    /** What an upgrade changed while we looked is no drift. */
    private List<SchemaDifference> settledDrift(Connection connection, SchemaState state, SchemaVersion version)
            throws SQLException {
        List<SchemaDifference> drift = drift(connection, state, version);
        if (drift.isEmpty()) {
            return drift;
        }
        try (Statement statement = connection.createStatement()) {
            Found found = found(statement);
            boolean changed =
                    found.inProgress() || !versions(statement, found).schema().equals(version);
            return changed ? List.of() : drift;
        }
    }

    /** Tables without a ledger have to be those of the first version. An empty ledger of ours was cut off: all is redone. */
    private Optional<SchemaVersion> expectedShape(SchemaState state, SchemaVersion version) {
        boolean noVersion = version.equals(SchemaVersion.ZERO);
        return switch (state) {
            case EMPTY -> Optional.empty();
            case NO_LEDGER -> Optional.of(bundled.get(0));
            case GOOSE -> Optional.of(noVersion ? bundled.get(0) : version).filter(bundled::contains);
            case FLYWAY -> Optional.of(version).filter(bundled::contains);
        };
    }

    /** The next version; the same one if it is the newest. */
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

    private boolean agree(Versions versions) {
        return GooseLedger.tells(versions.goose(), sharedUpTo(versions.flyway()));
    }

    private static Found found(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(WHAT_IS_THERE)) {
            row.next();
            return new Found(
                    row.getBoolean("flows"),
                    row.getBoolean("flyway"),
                    row.getBoolean("goose"),
                    row.getBoolean("floor"),
                    row.getBoolean("journal"),
                    row.getBoolean("in_progress"));
        }
    }

    private Versions versions(Statement statement, Found found) throws SQLException {
        SchemaVersion flyway = found.flyway() ? newestByFlyway(statement) : SchemaVersion.ZERO;
        Optional<SchemaVersion> goose = found.goose() ? Optional.of(GooseLedger.newest(statement)) : Optional.empty();
        SchemaVersion schema = switch (found.state()) {
            case EMPTY, NO_LEDGER -> SchemaVersion.ZERO;
            case GOOSE -> goose.orElseThrow();
            case FLYWAY ->
                goose.filter(version -> isOfANewerReference(version, flyway)).orElse(flyway);
        };
        return new Versions(schema, flyway, goose);
    }

    /** A reference that took the database back and went on from there writes its own ledger only. */
    private boolean isOfANewerReference(SchemaVersion goose, SchemaVersion flyway) {
        // Our own numbers may be higher than its next ones: only those that it has, too, can be compared.
        SchemaVersion shared = sharedUpTo(flyway).stream().reduce(SchemaVersion.ZERO, (before, last) -> last);
        return !bundled.contains(goose) && goose.compareTo(shared) > 0;
    }

    private static SchemaVersion newestByFlyway(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(NEWEST_BY_FLYWAY)) {
            // The null of a maximum over no rows reads as 0: the ledger is there but tells nothing.
            return row.next() ? new SchemaVersion(row.getLong(1)) : SchemaVersion.ZERO;
        }
    }

    /** The versions that the ledgers tell, and the one that counts; ours is zero without a ledger. */
    private record Versions(SchemaVersion schema, SchemaVersion flyway, Optional<SchemaVersion> goose) {}

    private record Found(
            boolean flows, boolean flyway, boolean goose, boolean floor, boolean journal, boolean inProgress) {
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

package metaservice.tools.rehearse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaCatalog;
import metaservice.migrations.SchemaCopy;
import metaservice.migrations.SchemaDifference;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.migrations.UpgradeOutcome;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseProblem;

/**
 * One rehearsal. {@link #run} is for one thread; {@link #close} may be called by any, and ends a run that still goes on with an
 * exception.
 */
final class Rehearsal implements AutoCloseable {

    private static final String TIMES = "SELECT version, execution_time FROM flyway_schema_history"
            + " WHERE type = 'SQL' AND success ORDER BY installed_rank";

    private final Path home;
    private final DatabaseAccess source;
    private final ScratchDatabase scratch;
    private final Options options;
    private Optional<RehearsalLauncher> launcher = Optional.empty();
    private boolean ended;

    /**
     * What the user chose.
     *
     * @param rows most rows of each table
     * @param target schema version to upgrade to
     * @param swapTimeout longest wait for the newer service
     * @param keep whether the copy is left
     */
    record Options(int rows, SchemaVersion target, Duration swapTimeout, boolean keep) {}

    /** @param home folder of the distribution */
    Rehearsal(Path home, DatabaseAccess source, ScratchDatabase scratch, Options options) {
        this.home = home;
        this.source = source;
        this.scratch = scratch;
        this.options = options;
    }

    /**
     * Makes the copy, and upgrades it under a launcher.
     *
     * @param status of the source
     * @throws DatabaseProblem if a part of it fails, or after {@link #close}
     */
    RehearsalReport run(SchemaStatus status) throws DatabaseProblem, InterruptedException {
        scratch.create(status.schemaName());
        DatabaseAccess copy = scratch.access();
        buildSchema(copy, status);
        List<SampledTable> tables = new SampleCopy(source, copy, status.schemaName(), options.rows()).run();
        RehearsalLauncher running = startLauncher();
        running.awaitReady();

        ServiceClient client = new ServiceClient();
        SwapFollower service = new SwapFollower(client, running.migration());
        String before = service.serving();
        WriteRequests writes = new WriteRequests(client, running.metadata());
        Map<String, Answer> writesBefore = writes.run("rehearsal_before");
        List<String> paths = readPaths(copy);
        Map<String, Answer> readsBefore = ask(client, running.metadata(), paths);

        LockSampler sampler = LockSampler.start(copy);
        long start = System.nanoTime();
        try (sampler) {
            upgrade(copy);
        }
        Duration upgrade = Duration.ofNanos(System.nanoTime() - start);
        start = System.nanoTime();
        String after = service.await(options.swapTimeout());
        RehearsalReport.Swap swap =
                new RehearsalReport.Swap(before, after, Duration.ofNanos(System.nanoTime() - start));

        AnswerComparison answers = new AnswerComparison(
                        DeclaredChange.between(ServiceVersion.parse(before), ServiceVersion.parse(after)))
                .addReads(readsBefore, ask(client, running.metadata(), paths))
                .addWrites(writesBefore, writes.run("rehearsal_after"));
        return new RehearsalReport(
                source.name(),
                status.schemaVersion(),
                options.target(),
                status.drift().stream().map(SchemaDifference::toString).toList(),
                tables,
                times(copy, status, tables),
                upgrade,
                sampler.isComplete() ? Optional.of(sampler.seen()) : Optional.empty(),
                swap,
                paths.size() + writesBefore.size(),
                answers.tooLong(),
                answers.differences(),
                answers.declared(),
                answers.added());
    }

    private static void buildSchema(DatabaseAccess copy, SchemaStatus status) throws DatabaseProblem {
        try {
            UpgradeOutcome outcome = SchemaCopy.build(copy.dataSource(), status);
            if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
                throw new DatabaseProblem("The tables of the copy could not be made: " + sentence(outcome));
            }
        } catch (SQLException e) {
            throw copy.problem(e);
        }
    }

    private void upgrade(DatabaseAccess copy) throws DatabaseProblem {
        UpgradeOutcome outcome = new Migrations(copy.dataSource()).upgradeTo(options.target());
        if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
            throw new DatabaseProblem("The upgrade of the copy did not succeed: " + sentence(outcome));
        }
    }

    private static String sentence(UpgradeOutcome outcome) {
        if (outcome instanceof UpgradeOutcome.Failed failed) {
            return failed.reason();
        }
        return outcome instanceof UpgradeOutcome.Refused refused
                ? refused.reason() + " " + refused.remedy()
                : outcome.toString();
    }

    private synchronized RehearsalLauncher startLauncher() throws DatabaseProblem {
        if (ended) {
            throw new DatabaseProblem("The rehearsal was ended.");
        }
        try {
            RehearsalLauncher started = RehearsalLauncher.begin(home, scratch.environment());
            launcher = Optional.of(started);
            return started;
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The launcher at " + home + " could not be started (" + e.getMessage()
                            + "); expected a complete distribution.",
                    e);
        }
    }

    private static List<String> readPaths(DatabaseAccess copy) throws DatabaseProblem {
        try (Connection connection = copy.dataSource().getConnection()) {
            return ReadRequests.of(connection);
        } catch (SQLException e) {
            throw copy.problem(e);
        }
    }

    private static Map<String, Answer> ask(ServiceClient client, URI metadata, List<String> paths)
            throws DatabaseProblem, InterruptedException {
        Map<String, Answer> answers = new LinkedHashMap<>();
        for (String path : paths) {
            answers.put("GET " + path, client.get(metadata, path));
        }
        return answers;
    }

    private List<MigrationTime> times(DatabaseAccess copy, SchemaStatus status, List<SampledTable> tables)
            throws DatabaseProblem {
        Map<String, Duration> measured = new LinkedHashMap<>();
        try (Connection connection = copy.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement(TIMES);
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                measured.put(row.getString(1), Duration.ofMillis(row.getInt(2)));
            }
        } catch (SQLException e) {
            throw copy.problem(e);
        }
        return SchemaCatalog.load().between(status.schemaVersion(), options.target()).stream()
                .filter(entry -> measured.containsKey(entry.version().toString()))
                .map(entry ->
                        MigrationTime.of(entry, measured.get(entry.version().toString()), tables))
                .toList();
    }

    /**
     * Ends the launcher and removes the copy, unless it is to be left. Idempotent.
     *
     * @throws DatabaseProblem if the copy is left because it could not be removed
     */
    @Override
    public void close() throws DatabaseProblem {
        end(RehearsalLauncher::close);
    }

    /** The same at once, for a process that has little time left: the launcher is not asked to stop. */
    void abort() throws DatabaseProblem {
        end(RehearsalLauncher::kill);
    }

    private void end(Consumer<RehearsalLauncher> stop) throws DatabaseProblem {
        synchronized (this) {
            ended = true;
            launcher.ifPresent(stop);
            launcher = Optional.empty();
        }
        if (!options.keep()) {
            scratch.remove();
        }
    }
}
